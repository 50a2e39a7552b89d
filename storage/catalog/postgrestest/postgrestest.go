// Package postgrestest starts a PostgreSQL of its own for a test and takes it away again. Nothing of the machine's own
// servers is touched: the cluster lies in a temporary folder and listens on a socket in that folder only.
package postgrestest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"sohoa/internal/testkit"
)

// Cluster is a running PostgreSQL.
type Cluster struct {
	dir   string
	names atomic.Int64
}

// Start makes a cluster and stops it with the test. Without PostgreSQL on the machine the test is skipped, or fails when CI=true.
func Start(t testing.TB) *Cluster {
	t.Helper()
	bin := programs()
	if bin == "" {
		testkit.Missing(t, "PostgreSQL is not installed (Debian package postgresql)")
	}
	// Not t.TempDir: its parents can be entered by this user only, and the server may have to run as another.
	dir, err := os.MkdirTemp("", "sohoa-pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	as := servant(t, dir)
	data := filepath.Join(dir, "data")
	run(t, as, dir, filepath.Join(bin, "initdb"), "--pgdata", data, "--username", "sohoa", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	// A throwaway cluster need not survive a power failure; the order of commits and their isolation do not depend on it.
	control := filepath.Join(bin, "pg_ctl")
	run(t, as, dir, control, "start", "--wait", "--silent", "--pgdata", data, "--log", filepath.Join(dir, "log"), "--options",
		fmt.Sprintf("-c listen_addresses='' -c unix_socket_directories='%s' -c fsync=off -c max_connections=200 -c shared_buffers=32MB", dir))
	t.Cleanup(func() {
		run(t, as, dir, control, "stop", "--wait", "--silent", "--mode", "immediate", "--pgdata", data)
	})
	return &Cluster{dir: dir}
}

// Database makes an empty database and returns its address.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("t%d", c.names.Add(1))
	Exec(t, c.address("postgres"), "CREATE DATABASE "+name+" TEMPLATE template0")
	return c.address(name)
}

// Exec runs statements past the program, as a superuser.
func Exec(t testing.TB, address, statements string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), statements); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

func (c *Cluster) address(name string) string {
	return "postgres:///" + name + "?" + url.Values{"host": {c.dir}, "user": {"sohoa"}}.Encode()
}

// programs returns the folder of the newest PostgreSQL. Debian keeps the server's programs outside the path.
func programs() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path)
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return ""
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
}

// servant returns who is to run the server: this user, or nobody when this user is root, whom PostgreSQL refuses.
func servant(t testing.TB, dir string) *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Skipf("PostgreSQL refuses to run as root: %v", err)
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func run(t testing.TB, as *syscall.Credential, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	}
	// The server keeps its standard files open: what it says goes to a file and not to a pipe that would be waited for.
	said, err := os.Create(filepath.Join(dir, "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(said.Name())
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, text)
	}
}
