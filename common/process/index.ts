export { explain, type RunningProcess, runProcess, type SupervisorMessage, tellSupervisor } from './run-process.ts';
