export { Counter, createMetrics, Gauge, Histogram, Registry } from './metrics.ts';
