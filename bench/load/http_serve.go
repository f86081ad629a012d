// http_serve_go PORT many|one [FILE]: http_serve.c as a Go program, which makes system calls without libc. "many" is net/http
// without a graceful shutdown. "one" accepts one connection at a time, and closes it after the answer. It keeps the address
// of its client in FILE.PID, as http_serve.c does.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"
	"unsafe"
)

func body() string {
	if worker := os.Getenv("REUSEPORT_WORKER"); worker != "" {
		return worker
	}
	return fmt.Sprint(os.Getpid())
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "http_serve_go:", err)
		os.Exit(1)
	}
}

func kept(path string) *syscall.RawSockaddrInet4 {
	file, err := os.OpenFile(fmt.Sprintf("%s.%d", path, os.Getpid()), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0600)
	fail(err)
	size := int(unsafe.Sizeof(syscall.RawSockaddrInet4{}))
	fail(file.Truncate(int64(size)))
	bytes, err := syscall.Mmap(int(file.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	fail(err)
	inHand := (*syscall.RawSockaddrInet4)(unsafe.Pointer(&bytes[0]))
	// Touches the page before it is needed.
	inHand.Port = 0
	fail(file.Close())
	return inHand
}

// accept4(2) itself writes the address: a kill comes either before the connection is accepted or after the write.
func oneAtATime(listener *net.TCPListener, inHand *syscall.RawSockaddrInet4) {
	file, err := listener.File()
	fail(err)
	fail(listener.Close())
	// Fd makes the socket blocking.
	accepting := file.Fd()
	answer := body()
	text := []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(answer), answer))
	request := make([]byte, 4096)
	for {
		size := uint32(unsafe.Sizeof(*inHand))
		fd, _, errno := syscall.Syscall6(syscall.SYS_ACCEPT4, accepting, uintptr(unsafe.Pointer(inHand)),
			uintptr(unsafe.Pointer(&size)), syscall.SOCK_CLOEXEC, 0, 0)
		if errno != 0 {
			continue
		}
		// Here a request is one segment.
		if count, _ := syscall.Read(int(fd), request); count > 0 {
			syscall.Write(int(fd), text)
		}
		syscall.Close(int(fd))
		inHand.Port = 0
	}
}

func main() {
	if len(os.Args) < 3 {
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	fail(err)
	if os.Args[2] == "one" {
		oneAtATime(listener.(*net.TCPListener), kept(os.Args[3]))
	}
	text := []byte(body())
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) { answer.Write(text) })
	fail(http.Serve(listener, nil))
}
