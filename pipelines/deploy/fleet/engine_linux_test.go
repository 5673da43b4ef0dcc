package fleet_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"git.example/slipway/internal/deploytest"
	"git.example/slipway/internal/waittest"
)

// engine is a Docker of its own, which a test can restart. It has a network
// namespace of its own, since a dockerd changes the bridges and rules of the one
// it is in; it is reached by a socket, and reaches the tests' registry by another.
type engine struct {
	t       *testing.T
	dir     string
	command *exec.Cmd
}

func (e *engine) socket() string { return "unix://" + filepath.Join(e.dir, "docker.sock") }

// registrySocket leads to the tests' registry.
func registrySocket(dir string) string { return filepath.Join(dir, "registry.sock") }

// newEngine starts a Docker that shares nothing with the machine's own one.
func newEngine(t *testing.T) *engine {
	t.Helper()
	if _, err := exec.LookPath("dockerd"); err != nil || os.Getuid() != 0 {
		t.Skip("needs to start a dockerd of its own, as root")
	}
	dir, err := os.MkdirTemp("", "dockerd") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	registry, err := net.Listen("unix", registrySocket(dir))
	if err != nil {
		t.Fatal(err)
	}
	go forward(registry, "tcp", deploytest.Registry())
	e := &engine{t: t, dir: dir}
	t.Cleanup(func() {
		e.stop()
		registry.Close()
		exec.Command("sh", "-c", `grep -o "`+dir+`[^ ]*" /proc/mounts | sort -r | xargs -r umount -l`).Run()
		os.RemoveAll(dir)
	})
	if err := e.start(); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		t.Skipf("a dockerd of its own does not run here: %v\n%.2000s", err, log)
	}
	return e
}

func (e *engine) start() error {
	log, err := os.OpenFile(filepath.Join(e.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	e.command = exec.Command(os.Args[0])
	e.command.Env = append(os.Environ(), childEngine+"="+e.dir, deploytest.RegistryOfChild())
	e.command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	e.command.Stdout, e.command.Stderr = log, log
	if err := e.command.Start(); err != nil {
		return err
	}
	waittest.Within(time.Minute, func() bool {
		err = exec.Command("docker", "-H", e.socket(), "info").Run()
		return err == nil
	})
	return err
}

func (e *engine) stop() {
	if e.command.Process == nil {
		return
	}
	e.command.Process.Signal(syscall.SIGTERM)
	e.command.Wait()
}

func init() { engineChild = inNamespace }

// inNamespace is the process in the namespace: a dockerd, and what leads to the
// registry, at the address that it has outside.
func inNamespace(dir string) int {
	if err := loopbackUp(); err != nil {
		fmt.Fprintln(os.Stderr, "loopback:", err)
		return 1
	}
	registry, err := net.Listen("tcp", deploytest.Registry())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go forward(registry, "unix", registrySocket(dir))
	dockerd := exec.Command("dockerd", "--data-root", dir+"/data", "--exec-root", dir+"/exec", "--pidfile", dir+"/pid",
		"-H", "unix://"+dir+"/docker.sock", "--iptables=false", "--ip-masq=false", "--bridge=none", "--shutdown-timeout", "3",
		"--containerd-namespace", filepath.Base(dir), "--containerd-plugins-namespace", filepath.Base(dir)+"-plugins")
	dockerd.Stdout, dockerd.Stderr = os.Stdout, os.Stderr
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	if err := dockerd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() {
		<-end
		dockerd.Process.Signal(syscall.SIGTERM)
	}()
	if dockerd.Wait() != nil {
		return 1
	}
	return 0
}

// loopbackUp makes a new namespace's own addresses work.
func loopbackUp() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	request := struct { // struct ifreq
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	copy(request.name[:], "lo")
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request))); errno != 0 {
		return errno
	}
	return nil
}

// forward copies what comes to a listener to an address and back, until the
// listener is closed.
func forward(from net.Listener, network, address string) {
	for {
		in, err := from.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		go func() {
			defer in.Close()
			out, err := net.Dial(network, address)
			if err != nil {
				return
			}
			defer out.Close()
			done := make(chan struct{}, 2)
			for to, from := range map[net.Conn]net.Conn{in: out, out: in} {
				go func() { io.Copy(to, from); done <- struct{}{} }()
			}
			<-done
		}()
	}
}
