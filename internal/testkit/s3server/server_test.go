package s3server

import (
	"net/http"
	"os"
	"testing"
)

func TestServerAnswersStopsAndComesBack(t *testing.T) {
	s := Start(t)
	ask := func() (int, error) {
		answer, err := http.Get("http://" + s.Address + "/" + s.Bucket(t))
		if err != nil {
			return 0, err
		}
		answer.Body.Close()
		return answer.StatusCode, nil
	}
	if code, err := ask(); code != http.StatusForbidden {
		t.Errorf("a stranger gets %d, %v", code, err)
	}
	s.Stop()
	if code, err := ask(); err == nil {
		t.Errorf("a stopped server answers %d", code)
	}
	s.Restart()
	if code, err := ask(); err != nil {
		t.Errorf("after a restart: %d, %v", code, err)
	}
}

func TestAPinIsNeeded(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/go.mod", []byte("module x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if path, err := build(dir, dir); err == nil {
		t.Errorf("built %s from nothing", path)
	}
}
