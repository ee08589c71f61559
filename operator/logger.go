// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"io"

	"github.com/go-logr/logr"
	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

// NewLogger writes JSON lines of a level and above, for all libraries too. The writer must not block.
func NewLogger(level string, out io.Writer) logr.Logger {
	l, err := zapcore.ParseLevel(level)
	if err != nil {
		l = zapcore.InfoLevel // options have checked it
	}
	format := zap.NewProductionEncoderConfig()
	format.TimeKey = "time"
	format.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(format), zapcore.Lock(zapcore.AddSync(out)), l)
	zapper := zap.New(core)
	log := zapr.NewLogger(zapper)
	zap.RedirectStdLog(zapper.Named("standard-library"))
	ctrl.SetLogger(log)
	klog.SetLogger(log.WithName("client-go"))
	return log
}
