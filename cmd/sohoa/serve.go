package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"sohoa/api"
	"sohoa/api/session"
	"sohoa/archive"
	"sohoa/internal/sandbox"
)

// serve is `sohoa serve`.
func serve(ctx context.Context, e *env, args []string) (int, error) {
	var o options
	fs := o.flags(e, "serve")
	o.serving(fs)
	if err := o.parse(e, fs, args); err != nil {
		return exitFailed, err
	}
	if fs.NArg() > 0 {
		return exitFailed, fmt.Errorf("serve takes no argument %q", fs.Arg(0))
	}
	return runServer(ctx, e, &o, nil)
}

// graceful is how long requests under way may take to end after the signal; work of longer breath hands itself back.
const graceful = 20 * time.Second

// runServer builds the house, serves until ctx ends, and takes everything down in the order it stands on each other. When
// the address is taken, ready is called before the first request is answered.
func runServer(ctx context.Context, e *env, o *options, ready func(context.Context, *house, string) error) (int, error) {
	if (o.tlsCert == "") != (o.tlsKey == "") {
		return exitFailed, errors.New("--tls-cert and --tls-key go together")
	}
	roles, err := parseRoles(o.roles)
	if err != nil {
		return exitFailed, err
	}
	if !roles.worker || o.noReading {
		o.readers = 0
	}
	h, err := openHouse(ctx, e, o, parts{index: true, working: true})
	if err != nil {
		return exitFailed, err
	}
	defer func() {
		if err := h.Close(); err != nil {
			h.log.Error("close", "err", err)
		}
	}()
	if err := h.proveSandbox(ctx, o); err != nil {
		return exitFailed, err
	}
	if err := h.learn(ctx); err != nil {
		return exitFailed, err
	}
	ln, err := net.Listen("tcp", o.listen)
	if err != nil {
		return exitFailed, fmt.Errorf("listen on %s: %w; choose another address with --listen", o.listen, err)
	}
	defer ln.Close()
	public := o.publicURL
	if public == "" {
		public = "http://" + ln.Addr().String()
		if o.tlsCert != "" {
			public = "https://" + ln.Addr().String()
		}
	}
	seal, err := session.LoadOrCreateSeal(o.sealPath())
	if err != nil {
		return exitFailed, err
	}
	provider, err := openProvider(e, o)
	if err != nil {
		return exitFailed, err
	}
	handler, err := api.New(api.Config{Archive: h.archive, Log: h.log, PublicURL: public, TrustedProxies: o.trustedProxies(), House: h.facts, Backup: h.serveBackup, Seal: seal, Provider: provider})
	if err != nil {
		return exitFailed, err
	}
	if o.inbox.dir != "" {
		if h.inbox, err = openInbox(o, h); err != nil {
			return exitFailed, err
		}
	}
	srv := api.Server(handler, h.log)
	ln = api.Listen(ln, h.archive.Limits.Door)
	if o.tlsCert != "" {
		if srv.TLSConfig, err = serverTLS(o.tlsCert, o.tlsKey); err != nil {
			return exitFailed, err
		}
		ln = tls.NewListener(ln, srv.TLSConfig)
	}

	// Work outlives the signal by a moment: readers hand back their jobs while the last requests end.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	workDone := make(chan struct{})
	go func() {
		defer close(workDone)
		h.archive.Run(work, archive.RunOptions{Readers: o.readers, Index: roles.index, Sequencer: roles.worker, Janitor: roles.worker, Bulk: roles.worker,
			Segments: roles.worker, Mirror: roles.worker, Scrub: roles.worker})
	}()
	secondDone := make(chan struct{})
	go func() {
		defer close(secondDone)
		h.reachSecond(work)
	}()
	defer func() { // before the house is closed: it opens things, too
		stopWork()
		<-secondDone
	}()
	if o.readers > 0 {
		go func() {
			if err := h.reader.WarmUp(work); err != nil && work.Err() == nil {
				h.log.Warn("warm up page renderer", "err", err)
			}
		}()
	}
	if err := offerSetup(ctx, e, h.archive, public, ready != nil); err != nil {
		return exitFailed, err
	}
	if ready != nil {
		if err := ready(ctx, h, public); err != nil {
			stopWork()
			<-workDone
			return exitFailed, err
		}
	}
	// The inbox stops first: what it has under way is given up, and its files stay where they are.
	taking, stopTaking := context.WithCancel(ctx)
	defer stopTaking()
	inboxDone := make(chan struct{})
	go func() {
		defer close(inboxDone)
		if h.inbox != nil {
			h.runInbox(taking)
		}
	}()
	fmt.Fprintf(e.stdout, "%s %s\n", archive.Text{VI: "Sohoa đang nghe tại", EN: "Sohoa is listening on"}.In(e.lang), public)
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	select {
	case err = <-failed:
	case <-ctx.Done():
		h.log.Info("stopping: no new requests, those under way may end")
		c, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
		defer cancel()
		if err = srv.Shutdown(c); errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close()
		}
	}
	stopTaking()
	<-inboxDone
	stopWork()
	<-workDone
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	if err != nil {
		return exitFailed, err
	}
	return exitDone, nil
}

// openProvider reads the file of the OpenID provider; nil where there is none. The provider itself is not asked: it may be away.
func openProvider(e *env, o *options) (*session.ProviderConfig, error) {
	if o.oidcFile == "" {
		return nil, nil
	}
	b, err := os.ReadFile(o.oidcFile)
	if err != nil {
		return nil, fmt.Errorf("--oidc-file: %w", err)
	}
	c, err := session.ParseProvider(b)
	if err != nil {
		return nil, fmt.Errorf("--oidc-file %s: %w", o.oidcFile, err)
	}
	const name = "SOHOA_OIDC_CLIENT_SECRET"
	if e.getenv(name) == "" && e.getenv(name+"_FILE") == "" {
		return c, nil // a public client
	}
	c.ClientSecret, err = secret(e, name)
	return c, err
}

// serving adds the flags of the server.
func (o *options) serving(fs *flag.FlagSet) {
	fs.StringVar(&o.listen, "listen", "127.0.0.1:8080", "`address` to listen on")
	fs.StringVar(&o.publicURL, "public-url", "", "`URL` under which people reach this server, for cookies, links and QR codes")
	fs.StringVar(&o.proxies, "trusted-proxies", "", "`addresses` or CIDR ranges, parted by commas, of the proxies in front of this server: where a request comes from is then taken from their X-Forwarded-For. Without it everybody behind a proxy is one address, for the limits of wrong look-ups and sign-ins, too")
	fs.StringVar(&o.oidcFile, "oidc-file", "", "`file` (JSON) of an OpenID provider where people may sign in, too, and of what its claims mean here; sohoa help serve shows one. Its secret is read from SOHOA_OIDC_CLIENT_SECRET, or from the file that SOHOA_OIDC_CLIENT_SECRET_FILE names")
	fs.StringVar(&o.tlsCert, "tls-cert", "", "certificate `file` (PEM)")
	fs.StringVar(&o.tlsKey, "tls-key", "", "private key `file` of the certificate (PEM)")
	fs.StringVar(&o.roles, "roles", "api,worker,index", "what this process does")
	o.inbox.flags(fs)
	o.folders(fs)
	o.working(fs)
}

// trustedProxies are the parts of --trusted-proxies.
func (o *options) trustedProxies() (out []string) {
	for part := range strings.SplitSeq(o.proxies, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

type roleSet struct{ worker, index bool }

func parseRoles(s string) (roleSet, error) {
	var r roleSet
	api := false
	for part := range strings.SplitSeq(s, ",") {
		switch strings.TrimSpace(part) {
		case "api":
			api = true
		case "worker":
			r.worker = true
		case "index":
			r.index = true
		default:
			return r, fmt.Errorf("--roles takes api, worker and index, not %q", part)
		}
	}
	if !api {
		return r, errors.New("--roles: a process without api has no place until several share a catalog; name api too")
	}
	return r, nil
}

// proveSandbox lets children try to get out, and says what this machine holds. With --sandbox require anything less than everything is a
// refusal to start.
func (h *house) proveSandbox(ctx context.Context, o *options) error {
	reports, err := h.children.SelfTest(ctx)
	if err != nil {
		return fmt.Errorf("test the sandbox: %w", err)
	}
	require := sandbox.Mode(o.sandbox) == sandbox.Require
	for _, role := range sortedKeys(reports) {
		r := reports[role]
		bad := r.Unsound()
		if require && (len(bad) > 0 || r.Level != sandbox.LevelFull) {
			return fmt.Errorf("the sandbox of %s is not tight, level %s: a child could do %s; not starting, because of --sandbox require",
				role, r.Level, strings.Join(bad, ", "))
		}
		if len(bad) > 0 {
			h.log.Warn("sandbox is not tight on this machine", "role", role, "open", strings.Join(bad, ", "))
		}
	}
	level, notes, err := h.inspector.Level(ctx)
	if err != nil {
		return fmt.Errorf("start sandboxed child: %w", err)
	}
	h.sandbox = level
	if level != sandbox.LevelFull {
		h.log.Warn("sandbox below full", "level", string(level), "why", strings.Join(notes, "; "))
	}
	return nil
}

// facts are what the program knows of itself beyond the archive, for /status.
func (h *house) facts(context.Context) api.House {
	f := api.House{Version: version, Commit: commit, Sandbox: string(h.sandbox), Store: h.storeKind, Catalog: h.engine, Inbox: h.inboxFacts(), Stores: h.storeFacts()}
	return f
}

// offerSetup prints the one-time set-up link while there is no account.
func offerSetup(ctx context.Context, e *env, a *archive.Archive, public string, quiet bool) error {
	if quiet {
		return nil
	}
	secret, digest := session.NewSecret()
	open, err := a.OfferSetup(ctx, digest)
	if err != nil || !open {
		return err
	}
	fmt.Fprintf(e.stdout, "%s\n  %s/setup#%s\n", archive.Text{VI: "Chưa có tài khoản nào. Mở liên kết này (dùng một lần) để tạo tài khoản quản trị:",
		EN: "There is no account yet. Open this one-time link to make the administrator's:"}.In(e.lang), strings.TrimRight(public, "/"), secret)
	return nil
}

// serveBackup writes a backup for whoever the door let in. The key of the log never leaves by the door.
func (h *house) serveBackup(ctx context.Context, w io.Writer) error {
	_, err := h.backup(ctx, w, "", func(int64) {})
	return err
}
