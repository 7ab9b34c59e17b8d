import { BadGateway, fromProblem, isProblem } from '../errors/index.ts';

/** The AppError that the body of an answer which is not 2xx tells of. */
export function errorOfAnswer(text: string, from: string, status: number): Error {
  try {
    return errorOfProblem(JSON.parse(text), `${from} answered ${status}`);
  } catch (error) {
    return new BadGateway(`${from} answered ${status} without a reason.`, { cause: error });
  }
}

/** The AppError that a problem tells of, as it was decoded. */
export function errorOfProblem(problem: unknown, from: string): Error {
  return isProblem(problem) ? fromProblem(problem) : new BadGateway(`${from} gave no reason why it did not answer.`);
}
