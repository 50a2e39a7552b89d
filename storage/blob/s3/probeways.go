package s3

import (
	"context"
	"io"
	"net"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

// trails finds whether a checksum may stand behind the bytes. Where that was asked for and is refused, checksums go before
// them, as they do without being asked.
func (p *prober) trails(ctx context.Context) error {
	c := p.s.config
	c.Trailing = true
	core, err := newCore(c, p.s.transport)
	if err != nil {
		return err
	}
	const text = "trail"
	name := p.folder + "trail"
	err = p.s.once(ctx, 0, func(ctx context.Context) error {
		o := minio.PutObjectOptions{Checksum: minio.ChecksumSHA256, DisableContentSha256: true}
		o.ServerSideEncryption, _ = c.Encryption.header()
		_, err := core.PutObject(ctx, c.Bucket, name, strings.NewReader(text), int64(len(text)), "", "", o)
		return err
	})
	if err == nil { // some servers take the frame for bytes
		p.report.TrailingChecksum, err = p.reads(ctx, "trail", text)
	}
	switch classOf(err) {
	case denied, noBucket, full:
		return err
	}
	err = ctx.Err() // whatever else it said, a connection cut over it included, is a refusal
	if p.s.config.Trailing && p.report.TrailingChecksum {
		p.s.trailer = core
	}
	return err
}

// reads reports whether a name of the probe holds text.
func (p *prober) reads(ctx context.Context, name, text string) (same bool, err error) {
	err = p.s.retry(ctx, 0, func(ctx context.Context) error {
		b, _, err := p.s.get(ctx, p.folder+name, minio.GetObjectOptions{})
		if err != nil {
			return err
		}
		defer b.Close()
		got, err := io.ReadAll(b)
		same = string(got) == text
		return err
	})
	return same, err
}

// encrypts finds how the server says it keeps what was written with the encryption that is configured, or with none.
func (p *prober) encrypts(ctx context.Context) error {
	info, err := p.s.head(ctx, p.folder+"a")
	if err == nil {
		p.report.Encryption = info.Metadata.Get("X-Amz-Server-Side-Encryption")
	}
	return err
}

// styleTime is how long the address style that is not in use may take to answer: names under a host are often unknown, and
// nobody waits for a resolver.
const styleTime = time.Second

// styles finds how the bucket can be named in addresses. The style in use has answered everything so far.
func (p *prober) styles(ctx context.Context) error {
	c := p.s.config
	used := Path
	link, err := p.s.core.PresignedGetObject(ctx, c.Bucket, p.folder+"a", time.Minute, nil) // asks nobody: the region is known
	if err != nil {
		return err
	}
	if strings.HasPrefix(link.Host, c.Bucket+".") {
		used = Host
	}
	p.report.Styles = []Style{used}
	host, _, err := net.SplitHostPort(c.Endpoint)
	if err != nil {
		host = c.Endpoint
	}
	if used == Path && net.ParseIP(host) != nil {
		return nil // no name stands below a number
	}
	c.Style = map[Style]Style{Path: Host, Host: Path}[used]
	core, err := newCore(c, p.s.transport)
	if err != nil {
		return err
	}
	try, cancel := context.WithTimeout(ctx, styleTime)
	defer cancel()
	if _, err := core.StatObject(try, c.Bucket, p.folder+"a", minio.StatObjectOptions{}); err == nil {
		p.report.Styles = append(p.report.Styles, c.Style)
	}
	return ctx.Err()
}
