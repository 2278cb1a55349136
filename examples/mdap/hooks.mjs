/** The rules of the game: votes decide on a move, this code decides whether it is one. */

class IllegalMoveError extends Error {
	name = "IllegalMoveError";
}

export default {
	hanoi: {
		onAction(_action, context) {
			const { disc, from, to } = context.move;
			if (disc === undefined) throw new IllegalMoveError("No answer was fit to be counted.");
			const pegs = structuredClone(context.pegs);
			if (pegs[from]?.at(-1) !== disc) throw new IllegalMoveError(`Disc ${disc} is not on top of peg ${from}.`);
			const below = pegs[to].at(-1);
			if (below < disc) throw new IllegalMoveError(`Disc ${disc} does not fit on disc ${below}.`);
			pegs[to].push(pegs[from].pop());
			const moves = [...context.moves, `${disc}: ${from} to ${to}`];
			return { ...context, pegs, moves, solved: pegs.C.length === 3 };
		},
	},
};
