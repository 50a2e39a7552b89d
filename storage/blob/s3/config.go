package s3

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"sohoa/archive"
)

// Config describes a store in a bucket. Endpoint, Bucket and Credentials are required; the rest may be zero.
type Config struct {
	Endpoint    string // host:port
	Insecure    bool   // plain HTTP: for a server on this machine or behind a trusted wire
	Bucket      string // must exist
	Prefix      string // of every key, without slashes at its ends. Optional.
	Region      string // zero means us-east-1, which servers without regions take
	Style       Style
	Credentials Credentials

	// RootCA holds certificates of authorities in PEM, trusted beside the system's. Optional.
	RootCA []byte
	// Encryption asks the server to encrypt what it keeps. Zero leaves it to the bucket.
	Encryption Encryption
	// Trailing sends checksums after the bytes instead of before them. Many servers refuse that; the bytes are protected
	// without it.
	Trailing bool
	// Retention is how long every written object is locked in governance mode. The bucket must have been made with object
	// lock. Zero locks nothing.
	Retention time.Duration
	// Purge makes Delete remove every version of a key in a bucket with versions. Without it older versions stay until the
	// bucket's own rules remove them, so that an erasure is complete only then.
	Purge bool

	// Temp is the folder for bytes whose length is not known beforehand. Zero means the system's. Optional.
	Temp string
	// Uploads is how many requests with bytes run at once. Zero means 16.
	Uploads int
	// Multipart is the size from which bytes are sent in parts. Zero means 64 MiB.
	Multipart int64
	// Part is the size of a part, at least 5 MiB on most servers. Zero means 16 MiB. It grows where 10,000 parts do not
	// suffice.
	Part int64
	// Attempts is how often a call is tried. Zero means 5; 1 means no retry.
	Attempts int
	// Patience is how long after its first failure a call is still tried again. Zero means 1.5 s: people are told within two
	// seconds that the store is away.
	Patience time.Duration
	// Timeout is how long one try may take before its first answer, beside a second for each MiB it sends. Zero means 30 s.
	Timeout time.Duration
	// Dial is how long a connection may take to be made. Zero means 2 s.
	Dial time.Duration
	// Away is how long calls fail at once after the store could not be reached. Zero means 1 s, negative never.
	Away time.Duration
	// Leftover is how old an unfinished multipart upload must be for Open to abort it. Zero means 24 h, negative never.
	Leftover time.Duration

	dial string // where every connection goes, whatever the address says; for tests
}

// Credentials are handed in: this package reads no environment and no files.
type Credentials struct {
	AccessKey    string
	SecretKey    string
	SessionToken string // Optional.
}

// Style says where the bucket's name stands in an address.
type Style string

// The styles.
const (
	Auto Style = ""     // host style for the large public clouds, path style elsewhere
	Path Style = "path" // https://host/bucket/key
	Host Style = "host" // https://bucket.host/key
)

// Encryption names how the server encrypts: "" (the bucket's default), "AES256", or "aws:kms" with or without ":" and a key.
type Encryption string

func (c Config) withDefaults() Config {
	or := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.Uploads <= 0 {
		c.Uploads = 16
	}
	if c.Multipart <= 0 {
		c.Multipart = 64 << 20
	}
	if c.Part <= 0 {
		c.Part = 16 << 20
	}
	if c.Attempts <= 0 {
		c.Attempts = 5
	}
	or(&c.Patience, 1500*time.Millisecond)
	or(&c.Timeout, 30*time.Second)
	or(&c.Dial, 2*time.Second)
	or(&c.Away, time.Second)
	or(&c.Leftover, 24*time.Hour)
	return c
}

// ParseURL reads an address of the form
//
//	s3://bucket/prefix?endpoint=https://host:port&region=…&style=path|host&sse=AES256|aws:kms[:key]&trailing=on|off&lock=365d&versions=keep|purge
//
// Without endpoint it is Amazon's of the region. Credentials are not part of an address; an address that carries some is
// refused, because addresses are printed.
func ParseURL(address string) (Config, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Config{}, archive.Errorf(archive.Invalid, "store address: not an address") // the cause quotes it whole
	}
	c := Config{Bucket: u.Host, Prefix: strings.Trim(u.Path, "/")}
	switch {
	case u.Scheme != "s3":
		return Config{}, archive.Errorf(archive.Invalid, "store address: scheme %q is not s3", u.Scheme)
	case u.User != nil:
		return Config{}, archive.Errorf(archive.Invalid, "store address: credentials do not belong there")
	case c.Bucket == "" || u.Port() != "" || u.Fragment != "":
		return Config{}, archive.Errorf(archive.Invalid, "store address: want s3://bucket/prefix")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, archive.Errorf(archive.Invalid, "store address: %w", err)
	}
	endpoint := ""
	for name, values := range query {
		if len(values) != 1 {
			return Config{}, archive.Errorf(archive.Invalid, "store address: %s twice", name)
		}
		if name == "endpoint" {
			endpoint = values[0]
			continue
		}
		if err := c.set(name, values[0]); err != nil {
			return Config{}, err
		}
	}
	if endpoint == "" {
		endpoint = "https://s3." + c.withDefaults().Region + ".amazonaws.com"
	}
	return c, c.setEndpoint(endpoint)
}

func (c *Config) setEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Scheme != "http" && u.Scheme != "https" {
		return archive.Errorf(archive.Invalid, "store address: want endpoint=https://host:port")
	}
	c.Endpoint, c.Insecure = u.Host, u.Scheme == "http"
	return nil
}

func (c *Config) set(name, value string) error {
	ok := true
	switch name {
	case "region":
		c.Region = value
	case "style":
		c.Style = Style(value)
		ok = c.Style == Path || c.Style == Host
	case "sse":
		c.Encryption = Encryption(value)
		_, ok = c.Encryption.header()
	case "trailing":
		c.Trailing, ok = value == "on", value == "on" || value == "off"
	case "versions":
		c.Purge, ok = value == "purge", value == "purge" || value == "keep"
	case "lock":
		days, found := strings.CutSuffix(value, "d")
		n, err := strconv.Atoi(days)
		ok = found && err == nil && n > 0 && n <= 36500
		c.Retention = time.Duration(n) * 24 * time.Hour
	default:
		return archive.Errorf(archive.Invalid, "store address: unknown parameter %q", name)
	}
	if !ok {
		return archive.Errorf(archive.Invalid, "store address: %s=%q is not understood", name, value)
	}
	return nil
}
