package main

import (
	"crypto/tls"
	"fmt"
)

// serverTLS reads the certificate of --tls-cert and --tls-key. TLS 1.2 is the oldest that is spoken (RFC 8996); its ciphers and
// curves are Go's own choice, which moves with the toolchain.
func serverTLS(cert, key string) (*tls.Config, error) {
	c, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("load certificate: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12}, nil
}
