package s3

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"

	"sohoa/archive"
)

// newClient makes the client, whose own retries are off: it cannot know what a lost reply means for a Create.
func newClient(c Config) (*minio.Core, *http.Transport, error) {
	dialer := &net.Dialer{Timeout: c.Dial, KeepAlive: 15 * time.Second}
	transport := &http.Transport{
		DialContext:           dialer.DialContext,
		MaxIdleConns:          4 * c.Uploads,
		MaxIdleConnsPerHost:   4 * c.Uploads,
		IdleConnTimeout:       time.Minute,
		TLSHandshakeTimeout:   c.Dial + c.Timeout/4,
		ResponseHeaderTimeout: c.Timeout,
		DisableCompression:    true,
		WriteBufferSize:       64 << 10,
		ReadBufferSize:        64 << 10,
	}
	if c.dial != "" {
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, c.dial)
		}
	}
	if !c.Insecure {
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		if len(c.RootCA) > 0 {
			pool, err := x509.SystemCertPool()
			if err != nil {
				pool = x509.NewCertPool()
			}
			if !pool.AppendCertsFromPEM(c.RootCA) {
				return nil, nil, archive.Errorf(archive.Invalid, "open store: no certificate in the file of authorities")
			}
			transport.TLSClientConfig.RootCAs = pool
		}
	}
	c.Trailing = false // a client that sends checksums behind the bytes cannot sign what it sends: see Store.trailer
	core, err := newCore(c, transport)
	return core, transport, err
}

// newCore makes a client over connections that are there.
func newCore(c Config, transport http.RoundTripper) (*minio.Core, error) {
	lookup := map[Style]minio.BucketLookupType{Auto: minio.BucketLookupAuto, Path: minio.BucketLookupPath, Host: minio.BucketLookupDNS}[c.Style]
	core, err := minio.NewCore(c.Endpoint, &minio.Options{
		Creds:           credentials.NewStaticV4(c.Credentials.AccessKey, c.Credentials.SecretKey, c.Credentials.SessionToken),
		Secure:          !c.Insecure,
		Transport:       transport,
		Region:          c.Region,
		BucketLookup:    lookup,
		TrailingHeaders: c.Trailing,
		MaxRetries:      1,
	})
	if err != nil {
		return nil, archive.Errorf(archive.Invalid, "open store: %w", err)
	}
	core.SetAppInfo("sohoa", "1")
	return core, nil
}

// header returns what asks a server for the encryption, nil for none; ok is false when the word is not known.
func (e Encryption) header() (sse encrypt.ServerSide, ok bool) {
	kind, key, _ := strings.Cut(string(e), "kms:")
	switch {
	case e == "":
		return nil, true
	case e == "AES256":
		return encrypt.NewSSE(), true
	case e == "aws:kms", kind == "aws:" && key != "":
		sse, err := encrypt.NewSSEKMS(key, nil)
		return sse, err == nil
	}
	return nil, false
}
