package targets

// ephemeralVariable is set where the disk goes with the process, as in the
// container of a Dagger function.
const ephemeralVariable = "SLIPWAY_EPHEMERAL"
