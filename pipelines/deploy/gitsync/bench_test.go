package gitsync

import (
	"fmt"
	"io"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"git.example/slipway/pipelines/deploy"
)

// BenchmarkFewFilesOfMany deploys a change of three files in a directory of
// 5,000, all of it: pull, plan, apply, verify.
func BenchmarkFewFilesOfMany(b *testing.B) {
	for _, way := range ways {
		b.Run(string(way), func(b *testing.B) {
			w := newWorld(b)
			w.use(w.repo, way)
			for i := range 5000 {
				put(b, filepath.Join(w.repo, fmt.Sprintf("dags/team%d/dag%d.py", i%50, i)), fmt.Sprintf("print(%d)\n", i))
			}
			w.deploy(w.desired(w.commit(nil)))
			var releases []deploy.Desired
			for i := range b.N {
				files := map[string]string{}
				for n := range 3 {
					files[fmt.Sprintf("dags/team%d/dag%d.py", n, n)] = fmt.Sprint(i)
				}
				releases = append(releases, w.desired(w.commit(files)))
			}
			b.ResetTimer()
			before := cpu()
			for _, d := range releases {
				if err := w.target.Pull(b.Context(), d, io.Discard); err != nil {
					b.Fatal(err)
				}
				if _, err := w.apply(d); err != nil {
					b.Fatal(err)
				}
				if drift := w.verify(d); len(drift) > 0 {
					b.Fatal(drift)
				}
			}
			b.ReportMetric((cpu()-before).Seconds()*1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// cpu is how long programs have computed that ended: what a busy machine does
// not change.
func cpu() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
