package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOnlyTodaysTLSIsSpoken(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"sohoa.test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := serverTLS(certFile, certFile); err == nil {
		t.Error("a certificate is no key")
	}
	c, err := serverTLS(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	for name, v := range map[string]struct {
		version uint16
		ciphers []uint16
		spoken  bool
	}{
		"TLS 1.0":             {version: tls.VersionTLS10},
		"TLS 1.1":             {version: tls.VersionTLS11},
		"TLS 1.2":             {version: tls.VersionTLS12, spoken: true},
		"TLS 1.2, old cipher": {version: tls.VersionTLS12, ciphers: []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}},
		"TLS 1.3":             {version: tls.VersionTLS13, spoken: true},
	} {
		t.Run(name, func(t *testing.T) {
			here, there := net.Pipe()
			go func() {
				s := tls.Server(there, c)
				_ = s.Handshake() // refused is what most of these are
				there.Close()
			}()
			client := tls.Client(here, &tls.Config{ServerName: "sohoa.test", RootCAs: trusted, MinVersion: tls.VersionTLS10, MaxVersion: v.version, CipherSuites: v.ciphers})
			defer here.Close()
			err := client.Handshake()
			if (err == nil) != v.spoken {
				t.Errorf("handshake: %v", err)
			}
			if err == nil && client.ConnectionState().Version != v.version {
				t.Errorf("version %x", client.ConnectionState().Version)
			}
		})
	}
}
