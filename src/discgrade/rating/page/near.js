/** Discs enlarged, one after another: which one is looked at. */

let looked = null;

/**
 * Where discs are enlarged, bring each into the middle as it is taken up, and a proposed box as it is worked out anew.
 * @param {object} view The picture.
 * @param {object} reading What is being read.
 */
export function lookNear(view, reading) {
  const [of, disc] = [reading.series(), reading.at.disc];
  if (!view.isNear() || !view.shows(of)) return (looked = null);
  const { box, ghost } = reading.disc();
  const here = box === null ? ghost : reading.isHere(box) ? box : null;
  const proposed = JSON.stringify(ghost);
  if (!here || (looked?.of === of && looked.disc === disc && (box !== null || looked.proposed === proposed))) return null;
  looked = { of, disc, proposed };
  return view.look(here);
}
