package embedded

import (
	"context"
	"io"
	"reflect"

	"github.com/sirupsen/logrus"
)

// logged is a context in which distribution writes its log to a writer of ours.
// distribution takes its logger from the context under a key of an internal type,
// and else logs to standard error through a global that others use too.
type logged struct {
	context.Context
	logger *logrus.Entry
}

const loggerKey = "dcontext.loggerKey"

func withLog(ctx context.Context, w io.Writer) context.Context {
	logger := logrus.New()
	logger.SetOutput(w)
	logger.SetLevel(logrus.InfoLevel)
	return logged{Context: ctx, logger: logrus.NewEntry(logger)}
}

// Value is the logger for distribution's key.
func (l logged) Value(key any) any {
	if t := reflect.TypeOf(key); t != nil && t.String() == loggerKey {
		return l.logger
	}
	return l.Context.Value(key)
}
