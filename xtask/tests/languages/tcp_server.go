// tcp_server <port>: accepts one client, receives once, shows what came and from whom, answers, closes first.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
)

func main() {
	if len(os.Args) != 2 {
		fail(errors.New("usage: tcp_server <port>"))
	}
	port, err := strconv.ParseUint(os.Args[1], 10, 16)
	if err != nil || port == 0 {
		fail(errors.New("ports go from 1 to 65535"))
	}
	// Go sets SO_REUSEADDR by itself.
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
	if err != nil {
		fail(err)
	}
	defer listener.Close()
	client, err := listener.Accept()
	if err != nil {
		fail(err)
	}
	defer client.Close()
	fmt.Println("Client", client.RemoteAddr())
	data := make([]byte, 1024)
	length, err := client.Read(data)
	switch {
	case err == io.EOF:
		fmt.Println("The client left without a word.")
	case err != nil:
		fmt.Fprintln(os.Stderr, "tcp_server: lost the client:", err)
	default:
		fmt.Printf("Received %d bytes: %s\n", length, data[:length])
		if _, err := client.Write([]byte("ok, 问题正在处理中...")); err != nil {
			fmt.Fprintln(os.Stderr, "tcp_server:", err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "tcp_server:", err)
	os.Exit(1)
}
