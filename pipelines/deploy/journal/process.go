package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// process names one process of one boot of one machine, by what Linux tells in
// /proc. Elsewhere it is empty, and nothing can be said of it.
type process struct {
	// Boot is the machine's boot id.
	Boot string `json:"boot,omitempty"`
	// Namespace is that of process ids: containers have their own.
	Namespace string `json:"namespace,omitempty"`
	PID       int    `json:"pid,omitempty"`
	// Start is when the process started, in clock ticks since boot.
	Start string `json:"start,omitempty"`
}

func thisProcess() process {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return process{}
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return process{}
	}
	start, _, err := procStat(os.Getpid())
	if err != nil {
		return process{}
	}
	return process{Boot: strings.TrimSpace(string(boot)), Namespace: namespace, PID: os.Getpid(), Start: start}
}

// ended says that p ended for sure. A process that can't be seen from here may
// well be alive.
func (p process) ended() bool {
	here := thisProcess()
	if p.Boot == "" || p.Boot != here.Boot || p.Namespace != here.Namespace {
		return false
	}
	start, state, err := procStat(p.PID)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	return err == nil && (start != p.Start || state == "Z")
}

// procStat reads a process's start time and state. See proc(5): the name in
// parentheses may hold anything, so fields count from its end.
func procStat(pid int) (start, state string, err error) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return "", "", err
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return "", "", errors.New("reading /proc: a process's stat is too short")
	}
	return fields[19], fields[0], nil
}
