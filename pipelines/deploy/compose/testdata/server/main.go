// Server is the web service of the load tests. It answers with its release; on
// SIGTERM it answers what it has and takes no more.
//
//	server         serve on port 3000 as $BEHAVIOUR says
//	server check   its health check
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const address = "127.0.0.1:3000"

func main() {
	if len(os.Args) > 1 {
		answer, err := http.Get("http://" + address + "/up")
		if err != nil || answer.StatusCode != http.StatusOK {
			os.Exit(1)
		}
		return
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	if os.Getenv("BEHAVIOUR") == "silent" { // it never comes to listening
		<-stop.Done()
		return
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		if os.Getenv("BEHAVIOUR") == "broken" { // it listens, and answers nothing but errors
			http.Error(w, "broken", http.StatusInternalServerError)
			return
		}
		time.Sleep(8 * time.Millisecond)
		fmt.Fprintln(w, os.Getenv("RELEASE"))
	})
	server := &http.Server{Addr: ":3000"}
	go func() {
		if err := server.ListenAndServe(); err != http.ErrServerClosed {
			panic(err)
		}
	}()
	<-stop.Done()
	if err := server.Shutdown(context.Background()); err != nil {
		panic(err)
	}
}
