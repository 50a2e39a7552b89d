// Package clamd runs a real clamd for tests: on a socket of its own, with one signature made for the test and without a
// network.
package clamd

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sohoa/internal/testkit"
)

// Signature is how the daemon reports EICAR; it marks what does not come from its makers.
const Signature = "Sohoa.Test.Eicar.UNOFFICIAL"

// patience is how long the daemon may take to answer for the first time: a limit against hanging.
const patience = 60 * time.Second

// EICAR returns the text that every scanner takes for a virus (eicar.org). It is put together when it is asked for, so that
// neither a file of the repository nor a program made from it is a hit itself.
func EICAR() string {
	var b strings.Builder
	for _, part := range []string{`X5O!P%@AP`, `[4\PZX54(P^)`, `7CC)7}$EIC`, `AR-STANDARD-ANTI`, `VIRUS-TEST-FI`, `LE!$H+H*`} {
		b.WriteString(part)
	}
	return b.String()
}

// Around returns a PDF of one page that has text in a packed stream.
func Around(text string) []byte {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := io.WriteString(z, text); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	pdf := testkit.TextPDF("Một trang")
	at := bytes.LastIndex(pdf, []byte("\nxref\n")) + 1
	object := fmt.Sprintf("9 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n", packed.Len(), packed.Bytes())
	return append(append(bytes.Clone(pdf[:at]), object...), pdf[at:]...)
}

// Daemon is a clamd.
type Daemon struct {
	Address string // unix:/path, as the program takes it

	t       testing.TB
	program string
	dir     string
	cmd     *exec.Cmd
}

// Start starts a daemon that ends with the test. Settings are lines of clamd.conf beside its own. Where clamd is not installed
// the test is skipped, or fails when CI=true.
func Start(t testing.TB, settings ...string) *Daemon {
	t.Helper()
	dir, err := os.MkdirTemp("", "sohoa-clamd-") // a test's own folder can be too long for the name of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := &Daemon{Address: "unix:" + filepath.Join(dir, "socket"), t: t, program: program(t), dir: dir}
	lines := append([]string{"Foreground yes", "LocalSocket " + filepath.Join(dir, "socket"), "DatabaseDirectory " + filepath.Join(dir, "signatures"),
		"TemporaryDirectory " + dir, "MaxThreads 4", "SelfCheck 0", "ConcurrentDatabaseReload no", "FixStaleSocket yes"}, settings...)
	// Any file (0), any place in it (*): what clamd unpacks of a file is matched like the file itself.
	signature := strings.TrimSuffix(Signature, ".UNOFFICIAL") + ":0:*:" + hex.EncodeToString([]byte(EICAR()))
	if err := os.Mkdir(filepath.Join(dir, "signatures"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"clamd.conf": strings.Join(lines, "\n") + "\n", "signatures/test.ndb": signature + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(d.Stop)
	d.Restart()
	return d
}

// program finds clamd, which Debian keeps outside the path of ordinary users.
func program(t testing.TB) string {
	t.Helper()
	if path, err := exec.LookPath("/usr/sbin/clamd"); err == nil {
		return path
	}
	return testkit.Need(t, "clamd")
}

// Stop kills the daemon. Stopping one that has stopped does nothing.
func (d *Daemon) Stop() {
	if d.cmd != nil {
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait()
		d.cmd = nil
	}
}

// Restart starts the daemon again and returns when it answers.
func (d *Daemon) Restart() {
	d.t.Helper()
	d.Stop()
	said, err := os.Create(filepath.Join(d.dir, "said"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer said.Close()
	d.cmd = exec.Command(d.program, "--config-file="+filepath.Join(d.dir, "clamd.conf"))
	d.cmd.Stdout, d.cmd.Stderr = said, said
	if err := d.cmd.Start(); err != nil {
		d.cmd = nil
		d.t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := d.ping()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(said.Name())
			d.t.Fatalf("clamd does not answer: %v\n%s", err, text)
		}
	}
}

func (d *Daemon) ping() error {
	c, err := net.DialTimeout("unix", strings.TrimPrefix(d.Address, "unix:"), time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(c, "zPING\x00"); err != nil {
		return err
	}
	answer, err := io.ReadAll(c)
	if err == nil && string(answer) != "PONG\x00" {
		err = fmt.Errorf("it says %q", answer)
	}
	return err
}
