/** Which of a join's jobs an end makes due: one rule for the stores that do not decide it on their server. */

/** An end of a member, and where the join stands with it. */
export interface JoinEnd {
	/** Among those that have ended, from 0. */
	readonly rank: number;
	/** Whether it was said before. */
	readonly isAgain: boolean;
	/** How many have ended, with this one. */
	readonly ended: number;
	readonly needed: number;
	/** The job that is held back for this rank; null where there is none. */
	readonly held: string | null;
	readonly wake: string;
}

export function dueJobs({ rank, isAgain, ended, needed, held, wake }: JoinEnd): readonly string[] {
	const due: string[] = [];
	if (held !== null && rank + 1 < needed) due.push(held);
	if (ended >= needed && (isAgain || rank + 1 === needed)) due.push(wake);
	return due;
}
