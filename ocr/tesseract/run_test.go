package tesseract

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sohoa/internal/testkit"
)

// script is a program that behaves like Tesseract towards its list file, and as badly as the names of the images say.
const script = `#!/bin/sh
printf 'level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n'
echo run >>runs
n=0
while read name; do
	case $name in *unreadable*) echo "Image file $name cannot be read!" >&2; exit 1;; esac
	echo "Page $n : $name" >&2
	case $name in
	*hang*) exec /bin/sleep 600;;
	*crash*) kill -SEGV $$;;
	*once*) if [ ! -e died ]; then echo >died; kill -SEGV $$; fi;;
	esac
	n=$((n+1))
	out="$out$(printf '1\t%d\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t' $n)
$(printf '4\t%d\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t' $n)
$(printf '5\t%d\t1\t1\t1\t1\t1\t2\t3\t4\t90\t%s' $n ${name##*/})
"
	case $name in *flush*) printf '%s' "$out"; out=;; esac
done <"$1"
printf '%s' "$out"
`

func badProgram(t *testing.T) Engine {
	t.Helper()
	dir := t.TempDir()
	e := Engine{Program: filepath.Join(dir, "program"), Dir: dir, PageTime: 2 * time.Second}
	if err := os.WriteFile(e.Program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestABadImageCostsItselfAlone(t *testing.T) {
	for _, c := range []struct {
		reason string
		images []string
		want   []string
		runs   int // of the program
	}{
		{"all is well", []string{"a", "b", "c"}, []string{"a", "b", "c"}, 1},
		{"nothing to do", nil, nil, 0},
		{"one dies always; the others come without it", []string{"a", "crash", "c"}, []string{"a", "died", "c"}, 4},
		{"the first dies", []string{"crash", "b"}, []string{"died", "b"}, 3},
		{"the last dies", []string{"a", "b-flush", "crash"}, []string{"a", "b-flush", "died"}, 3},
		{"one dies once and is read the second time", []string{"a", "once", "c"}, []string{"a", "once", "c"}, 4},
		{"one hangs and is not tried again", []string{"a-flush", "b", "hang", "d"}, []string{"a-flush", "b", "slow", "d"}, 3},
		{"one cannot be opened", []string{"a", "unreadable", "c"}, []string{"a", "died", "c"}, 4},
		{"two in a row die", []string{"crash1", "crash2", "c"}, []string{"died", "died", "c"}, 5},
	} {
		t.Run(c.reason, func(t *testing.T) {
			e := badProgram(t)
			var got []string
			err := e.Run(t.Context(), c.images, func(r Result) error {
				if r.Index != len(got) {
					t.Errorf("result of image %d after %d others", r.Index, len(got))
				}
				switch {
				case errors.Is(r.Err, ErrTime):
					got = append(got, "slow")
				case errors.Is(r.Err, ErrCrash):
					got = append(got, "died")
				case len(r.Words) == 1:
					got = append(got, r.Words[0].Text)
				default:
					got = append(got, fmt.Sprint(r))
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
			runs, _ := os.ReadFile(filepath.Join(e.Dir, "runs"))
			if n := strings.Count(string(runs), "run"); n != c.runs {
				t.Errorf("the program ran %d times, want %d", n, c.runs)
			}
		})
	}
}

func TestRunStopsWhenTold(t *testing.T) {
	stop := errors.New("enough")
	t.Run("by each", func(t *testing.T) {
		n := 0
		err := badProgram(t).Run(t.Context(), []string{"a-flush", "b-flush", "hang"}, func(Result) error { n++; return stop })
		if !errors.Is(err, stop) || n != 1 {
			t.Errorf("%d results, error %v", n, err)
		}
	})
	t.Run("by the context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := badProgram(t).Run(ctx, []string{"a-flush", "b-flush", "hang"}, func(Result) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

func TestAProgramThatReadsNothing(t *testing.T) {
	e := badProgram(t)
	for _, c := range []struct{ reason, program string }{
		{"no such file", filepath.Join(e.Dir, "absent")},
		{"ends at once, as without its language", "/bin/false"},
	} {
		e.Program = c.program
		err := e.Run(t.Context(), []string{"a"}, func(r Result) error { t.Errorf("%s: result %v", c.reason, r); return nil })
		if !errors.Is(err, ErrStart) {
			t.Errorf("%s: error %v", c.reason, err)
		}
	}
}

func TestTheRealProgram(t *testing.T) {
	dir := t.TempDir()
	e := Engine{Program: testkit.Tesseract(t), Dir: dir}
	texts := []string{"Quy dinh 1287 nam 2024", "", "Ban hanh kem theo"}
	var images []string
	for i, s := range texts {
		path := filepath.Join(dir, fmt.Sprintf("%d.tif", i))
		if err := Write(path, drawn(t, s)); err != nil {
			t.Fatal(err)
		}
		images = append(images, path)
	}
	var got []string
	err := e.Run(t.Context(), images, func(r Result) error {
		var words []string
		for _, w := range r.Words {
			words = append(words, w.Text)
			if w.Line != 0 || w.Confidence <= 0 || w.Confidence > 1 || w.Box.Empty() || !w.Box.In(image.Rect(90, 60, 900, 160)) {
				t.Errorf("word %+v", w)
			}
		}
		got = append(got, strings.Join(words, " "))
		return r.Err
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(texts, got); d != "" {
		t.Error(d)
	}
}

// drawn is a strip of paper with a line of text at (100, 140).
func drawn(t *testing.T, s string) *image.Gray {
	t.Helper()
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 12, DPI: 200})
	if err != nil {
		t.Fatal(err)
	}
	g := image.NewGray(image.Rect(0, 0, 1000, 300))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: g, Src: image.NewUniform(color.Black), Face: face, Dot: fixed.P(100, 140)}
	d.DrawString(s)
	return g
}
