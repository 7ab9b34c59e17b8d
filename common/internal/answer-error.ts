import { BadGateway, fromProblem, isProblem } from '../errors/index.ts';

/** The AppError that the body of an answer which is not 2xx tells of. */
export function errorOfAnswer(text: string, from: string, status: number): Error {
  const reason = `${from} answered ${status} without a reason.`;
  try {
    const problem: unknown = JSON.parse(text);
    if (isProblem(problem)) return fromProblem(problem);
  } catch (error) {
    return new BadGateway(reason, { cause: error });
  }
  return new BadGateway(reason);
}
