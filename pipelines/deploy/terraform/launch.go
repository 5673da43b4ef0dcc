package terraform

import (
	"context"
	"io"
)

// launch gives the program, once the directory is initialised by this process.
type launch func(ctx context.Context, log io.Writer) (*program, error)
