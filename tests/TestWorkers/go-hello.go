// go-hello ADDRESS:PORT: an HTTP server as Go programs have it. It makes system calls without libc. It answers with its
// pid, and closes each connection. Prints "ready", or "failed" with the error.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	fmt.Println("ready")
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) {
		answer.Header().Set("Connection", "close")
		fmt.Fprintln(answer, os.Getpid())
	})
	fmt.Println("failed", http.Serve(listener, nil))
}
