// A web server that finishes its open requests at SIGTERM.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8086", "address and port")
	flag.Parse()

	server := &http.Server{Addr: *listen, Handler: http.HandlerFunc(answer)}
	stopped := make(chan error)
	go func() {
		stop, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		<-stop.Done()
		stopped <- server.Shutdown(context.Background())
	}()

	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	if err := <-stopped; err != nil {
		log.Fatal(err)
	}
}

func answer(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("Content-Type", "text/plain")
	fmt.Fprintf(response, "worker %s pid %d\n", os.Getenv("REUSEPORT_WORKER"), os.Getpid())
}
