// Package rollout brings a release to an environment's targets and proves that
// it runs there. The order is always the same: pull, lock, observe, plan,
// apply, verify, and only then the live pointer and the history say so. When a
// target fails, every target that was changed goes back to the release that
// was live before.
//
// A run may be killed anywhere: the next one finds the expired lock, marks the
// killed deploy as interrupted, and plans from what it observes, so nothing has
// to be repaired by hand.
package rollout
