/** `@peculiar/x509` needs the metadata polyfill before it; this is the one place that imports both, in that order. */
import 'reflect-metadata';

export * as x509 from '@peculiar/x509';
