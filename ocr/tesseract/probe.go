package tesseract

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sohoa/archive"
)

// Install is what to type on Debian and its relatives.
const Install = "apt install tesseract-ocr tesseract-ocr-vie"

// Version is what a probe found.
type Version struct {
	Program string // absolute path
	Name    string // as the program says it, "5.3.0"
	Major   int
}

// Probe looks for the program, by the name given or as "tesseract" in PATH, and asks it for its version and languages. Its
// error is of kind Unavailable and says in plain words what is missing.
func Probe(ctx context.Context, program, data string) (Version, error) {
	if program == "" {
		program = "tesseract"
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return Version{}, absent("no_recogniser",
			"Máy chủ chưa có chương trình nhận dạng chữ Tesseract. Cài bằng lệnh: "+Install,
			"Tesseract, the program that recognises text, is not installed on the server. Install it with: "+Install, err)
	}
	v := Version{Program: path}
	said, err := ask(ctx, path, "--version")
	if err != nil {
		return v, absent("recogniser_broken",
			"Chương trình Tesseract trên máy chủ không chạy được. Cài lại bằng lệnh: "+Install,
			"Tesseract on the server does not run. Install it again with: "+Install, err)
	}
	v.Name, v.Major = version(said)
	if v.Major < 4 {
		return v, absent("recogniser_too_old",
			"Tesseract trên máy chủ quá cũ; cần bản 4 hoặc 5. Cài bằng lệnh: "+Install,
			"Tesseract on the server is too old; version 4 or 5 is needed. Install it with: "+Install, fmt.Errorf("version %q", v.Name))
	}
	args := []string{"--list-langs"}
	if data != "" {
		args = append(args, "--tessdata-dir", data)
	}
	said, err = ask(ctx, path, args...)
	if err == nil && !slices.Contains(strings.Fields(said), Language) {
		err = fmt.Errorf("languages: %s", strings.Join(strings.Fields(said), " "))
	}
	if err != nil {
		return v, absent("recogniser_lacks_vietnamese",
			"Tesseract trên máy chủ chưa có tiếng Việt. Cài bằng lệnh: "+Install,
			"Tesseract on the server has no Vietnamese. Install it with: "+Install, err)
	}
	return v, nil
}

func absent(code, vi, en string, cause error) error {
	return &archive.Error{Kind: archive.Unavailable, Code: code, Msg: archive.Text{VI: vi, EN: en}, RetryAfter: time.Minute, Err: cause}
}

// ask runs the program for an answer that comes at once.
func ask(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = Engine{}.environment()
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput() // version 4 answers on standard error
	if err != nil {
		return "", fmt.Errorf("ask %s %s: %w: %.200s", program, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// version reads "tesseract 5.3.0" and "tesseract v5.0.0-alpha.20191030".
func version(said string) (name string, major int) {
	for line := range strings.Lines(said) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "tesseract "); ok {
			name = strings.TrimPrefix(strings.TrimSpace(rest), "v")
			number, _, _ := strings.Cut(name, ".")
			major, err := strconv.Atoi(number)
			if err != nil {
				return name, 0
			}
			return name, major
		}
	}
	return "", 0
}

// Watch asks Probe again only when the answer may have changed: after a minute, and when it was bad after ten seconds, or as
// soon as another program stands at the path. The zero Watch looks for "tesseract" in PATH. It is safe for concurrent use.
type Watch struct {
	Program string           // Optional.
	Data    string           // folder of the languages. Optional.
	Now     func() time.Time // Optional: time.Now.

	mu      sync.Mutex
	asked   time.Time
	version Version
	err     error
	stamp   time.Time
}

// Ready returns what Probe found, at most a minute old.
func (w *Watch) Ready(ctx context.Context) (Version, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now
	if w.Now != nil {
		now = w.Now
	}
	keep := time.Minute
	if w.err != nil {
		keep = 10 * time.Second
	}
	t := now()
	if !w.asked.IsZero() && t.Sub(w.asked) < keep && w.stamp.Equal(changed(w.version.Program)) {
		return w.version, w.err
	}
	v, err := Probe(ctx, w.Program, w.Data)
	if ctx.Err() != nil {
		return v, err // the question was cut short: it tells nothing
	}
	w.asked, w.version, w.err, w.stamp = t, v, err, changed(v.Program)
	return v, err
}

// changed returns when the file was last changed, the zero time when there is none.
func changed(path string) time.Time {
	if path == "" {
		return time.Time{}
	}
	fi, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return fi.ModTime()
}
