/** Sizes of a picture's parts in pixels: the layout makes room by them, and the writers draw by them. */

export const metrics = {
	/** Around the whole picture. */
	margin: 24,
	/** The machine's name above the picture, with the space below it. */
	titleHeight: 30,
	titleSize: 13,
	node: {
		nameSize: 14,
		lineSize: 12,
		/** From the top of a line to the top of the next. */
		nameHeight: 20,
		lineHeight: 17,
		padX: 14,
		padY: 10,
		minWidth: 72,
		/** Between the two borders of a final state. */
		finalGap: 4,
	},
	group: { labelSize: 12, labelHeight: 20, pad: 14 },
	edge: { labelSize: 12, labelHeight: 16, labelPadX: 8, labelPadY: 2 },
	/** The dot before an initial state. */
	dot: 12,
} as const;
