// App is the program in the images of the campaign: a web service that answers
// with its release, which is the first line of /release, and behaves as the second
// line says.
//
//	app          serve on port 3000
//	app check    its health check
//	app migrate  a step before a deploy
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

const address = "127.0.0.1:3000"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "migrate" {
		return
	}
	if len(os.Args) > 1 {
		answer, err := http.Get("http://" + address + "/")
		if err != nil || answer.StatusCode != http.StatusOK {
			os.Exit(1)
		}
		return
	}
	content, err := os.ReadFile("/release")
	if err != nil {
		panic(err)
	}
	name, behaviour, _ := strings.Cut(strings.TrimSpace(string(content)), "\n")
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		if behaviour == "broken" { // it listens, and answers nothing but errors
			http.Error(w, "broken", http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, name)
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
