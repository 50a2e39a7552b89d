package main

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// eicar returns the text that every scanner takes for a virus (eicar.org), put together so that this file is none.
func eicar() string {
	return strings.Join([]string{`X5O!P%@AP`, `[4\PZX54(P^)`, `7CC)7}$EIC`, `AR-STANDARD-ANTI`, `VIRUS-TEST-FI`, `LE!$H+H*`}, "")
}

// standIns writes the programs that the images bring and this machine has under another name, or not at all, into one folder:
// the real programs by links; the two scripts of ClamAV's image in what matters here (that image's own renew signatures and
// wait for the socket, too); one signature in place of eight million.
func (s *stage) standIns() error {
	bin := filepath.Join(s.dir, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		return err
	}
	for name, path := range s.programs {
		if path == "" {
			continue
		}
		if err := os.Symlink(path, filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	scripts := map[string]string{
		// It makes its own copy of the settings, as the image's does, and runs clamd on that.
		"init-unprivileged": "#!/bin/sh\nset -eu\ncp \"$CLAMD_CONF\" \"$TMPDIR/clamd.conf\"\nexec clamd --foreground --config-file=\"$TMPDIR/clamd.conf\"\n",
		"clamdcheck.sh":     "#!/bin/bash\nset -eu\nexec 3<>/dev/tcp/$ADDRESS/3310\necho PING >&3\nread -r answer <&3\n[ \"$answer\" = PONG ]\n",
	}
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o700); err != nil {
			return err
		}
	}
	signatures := s.volume("signatures")
	if err := os.MkdirAll(signatures, 0o700); err != nil {
		return err
	}
	line := fmt.Sprintf("Sohoa.Test.Eicar:0:*:%s\n", hex.EncodeToString([]byte(eicar())))
	if err := os.WriteFile(filepath.Join(signatures, "test.ndb"), []byte(line), 0o600); err != nil {
		return err
	}
	return nil
}
