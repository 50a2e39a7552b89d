package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"sohoa/archive"
)

// options are what an operator can set, in the order she meets them. Each flag has an environment twin: --max-file is
// SOHOA_MAX_FILE. A flag given on the command line wins. Secrets are never flags.
type options struct {
	data      string
	listen    string
	publicURL string
	proxies   string // whose X-Forwarded-For is believed
	tlsCert   string
	tlsKey    string
	store     string
	catalog   string
	roles     string
	node      string
	sandbox   string
	logKey    string
	logFormat string
	sealKey   string
	oidcFile  string
	server    string // for the other commands: speak to this server
	tesseract string
	onFault   string // what becomes of papers of folders that do not pass
	inbox     inboxOptions
	noTwin    string // a flag of this name is not read from the environment

	sandboxOff string
	readers    int
	inspectors int
	ownerLocks bool
	noReading  bool
	repair     bool            // of words, by the language
	bounds     *archive.Limits // as the flags of limits.go in this folder leave them; nil: the defaults

	secondStore string
	secondMode  string

	unsafe       string
	virusScanner string
}

// flags returns a flag set for a command, with what every command that touches the house has.
func (o *options) flags(e *env, name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(e.stderr)
	fs.Usage = func() { fs.PrintDefaults() }
	fs.StringVar(&o.data, "data", "data", "`folder` of this house: store/, catalog.db, index/, derived/, quarantine/, spool/, keys/")
	fs.StringVar(&o.store, "store", "", "where papers are kept: file:`DIR` or s3://bucket/prefix?endpoint=https://host:port (default: store in the data folder); the keys of S3 are read from SOHOA_S3_ACCESS_KEY and SOHOA_S3_SECRET_KEY, or from the files that the same names with _FILE name; SOHOA_S3_CA_FILE names certificates to trust")
	fs.StringVar(&o.secondStore, "second-store", "", "a second store that holds every paper too, named as --store is; its keys of S3 are read from SOHOA_SECOND_S3_ACCESS_KEY and SOHOA_SECOND_S3_SECRET_KEY, else those of the first")
	fs.StringVar(&o.secondMode, "second-store-mode", "follow", "`wait` acknowledges a paper when both stores have it; follow copies it within seconds")
	if name == "rebuild" { // there the contract gives the name to a switch; the place comes from the environment
		o.catalog, o.noTwin = e.getenv("SOHOA_CATALOG"), "catalog"
	} else {
		fs.StringVar(&o.catalog, "catalog", "", "the catalog: sqlite:`FILE` or postgres://… (default: catalog.db in the data folder)")
	}
	fs.StringVar(&o.logKey, "log-key-file", "", "private key that signs the log, mode 0600, made at first start (default: keys/log.key in the data folder)")
	fs.StringVar(&o.sealKey, "seal-key-file", "", "key that seals the secrets of second factors, mode 0600, made at first start; in no backup (default: keys/seal.key in the data folder)")
	fs.StringVar(&o.node, "node", "", "`name` of this process where several work on one catalog, the same after a restart (default: drawn once, kept in the data folder)")
	fs.StringVar(&o.logFormat, "log-format", "text", "log lines as text or json")
	return fs
}

// remote adds the flag by which a command works through a running server.
func (o *options) remote(fs *flag.FlagSet) {
	fs.StringVar(&o.server, "server", "", "work through the server at this `URL`, with the token in SOHOA_TOKEN")
}

// working adds the flags of commands that take papers in or read them.
func (o *options) working(fs *flag.FlagSet) {
	o.common(fs)
	o.limitFlags(fs, "")
	o.quarantining(fs)
	fs.StringVar(&o.tesseract, "tesseract", "", "path of the `program` that recognises text (default: found in PATH)")
	fs.IntVar(&o.readers, "readers", runtime.NumCPU(), "papers read at once; 0 leaves reading to another process")
	fs.BoolVar(&o.repair, "repair-words", true, "repair marks and look-alike letters in recognised words where their neighbours leave no doubt, and propose where they do; what was recognised is kept beside it. What the house's own papers teach is kept in model/syllables.tsv of the data folder")
	fs.BoolVar(&o.noReading, "no-reading", false, "keep papers without reading them; they are found by their fields only")
}

// folders adds the flag of commands that take in folders: nobody is there to hear a refusal.
func (o *options) folders(fs *flag.FlagSet) {
	fs.StringVar(&o.onFault, "on-fault", string(archive.KeepAside), "files of folders that do not pass inspection: quarantine keeps them for a checker, refuse leaves them with the reason")
}

// inspecting adds the flags of what judges papers before they are taken in.
func (o *options) inspecting(fs *flag.FlagSet) {
	o.common(fs)
	o.limitFlags(fs, "Inspect.")
}

// common adds the flags of the inspectors that are no limits.
func (o *options) common(fs *flag.FlagSet) {
	fs.StringVar(&o.sandbox, "sandbox", "best", "`best` takes what the kernel gives and reports it; require refuses to start without the full sandbox")
	fs.StringVar(&o.sandboxOff, "sandbox-off", "", "leave a `part` of the sandbox out, landlock, seccomp or both, to see that the self-test, --sandbox require and /status notice; never in service")
	fs.IntVar(&o.inspectors, "inspectors", max(2, runtime.NumCPU()), "papers inspected at once")
	fs.BoolVar(&o.ownerLocks, "owner-locks", true, "take PDFs whose owner restricted copying or printing, when they open without a password")
}

// parse reads the environment twins, then the command line.
func (o *options) parse(e *env, fs *flag.FlagSet, args []string) error {
	var bad error
	fs.VisitAll(func(f *flag.Flag) {
		name := "SOHOA_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if v := e.getenv(name); v != "" && bad == nil && f.Name != o.noTwin {
			if err := fs.Set(f.Name, v); err != nil {
				bad = fmt.Errorf("environment variable %s: %w", name, err)
			}
		}
	})
	if bad != nil {
		return bad
	}
	return fs.Parse(args)
}

// parseMixed lets flags stand before and behind the arguments, as people type them: sohoa import DIR --agency H15.
func (o *options) parseMixed(e *env, fs *flag.FlagSet, args []string) ([]string, error) {
	if err := o.parse(e, fs, args); err != nil {
		return nil, err
	}
	var out []string
	for rest := fs.Args(); len(rest) > 0; rest = fs.Args() {
		out = append(out, rest[0])
		if err := fs.Parse(rest[1:]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// keyPath is where the log's key lies.
func (o *options) keyPath() string {
	if o.logKey == "" {
		return filepath.Join(o.data, "keys", "log.key")
	}
	return o.logKey
}

func (o *options) catalogDSN() string {
	if o.catalog == "" {
		return "sqlite:" + filepath.Join(o.data, "catalog.db")
	}
	return o.catalog
}

// sealPath is where the key of the second factors lies.
func (o *options) sealPath() string {
	if o.sealKey == "" {
		return filepath.Join(o.data, "keys", "seal.key")
	}
	return o.sealKey
}
