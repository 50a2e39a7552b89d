package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// dockerfile is what the Dockerfile says of its last stage, and the names it leans on.
type dockerfile struct {
	bases       []string // images it begins with
	stages      []string // their names
	copies      []string // what --from= names
	env         map[string]string
	packages    []string // installed by apt-get in the last stage
	folders     []string // made by install -d in the last stage
	user        string
	entrypoint  []string
	command     []string
	health      []string
	stopSignal  string
	workdir     string
	instruction map[string]int
}

var instructions = strings.Fields("ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR")

// readDockerfile understands the forms that our Dockerfile uses and refuses others, so that nothing in it goes unseen.
func readDockerfile(name string) (*dockerfile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	d := &dockerfile{env: map[string]string{}, instruction: map[string]int{}}
	for _, line := range logicalLines(string(text)) {
		word, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		if !slices.Contains(instructions, word) {
			return nil, fmt.Errorf("dockerfile: no instruction %q", word)
		}
		d.instruction[word]++
		if err := d.take(word, rest); err != nil {
			return nil, fmt.Errorf("dockerfile: %s: %w", word, err)
		}
	}
	return d, nil
}

// logicalLines joins what a backslash continues, without comments.
func logicalLines(text string) []string {
	var out []string
	joined := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || line == "" && joined == "" {
			continue
		}
		more := false
		if line, more = strings.CutSuffix(line, "\\"); more {
			joined += line + " "
			continue
		}
		out, joined = append(out, joined+line), ""
	}
	return out
}

func (d *dockerfile) take(word, rest string) error {
	switch word {
	case "FROM":
		f := strings.Fields(rest)
		if len(f) == 3 && strings.EqualFold(f[1], "as") {
			d.stages = append(d.stages, f[2])
		}
		if !slices.Contains(d.stages, f[0]) {
			d.bases = append(d.bases, f[0])
		}
		d.packages, d.folders, d.env, d.user = nil, nil, map[string]string{}, ""
	case "COPY":
		for f := range strings.FieldsSeq(rest) {
			if from, ok := strings.CutPrefix(f, "--from="); ok {
				d.copies = append(d.copies, from)
			}
		}
	case "ENV":
		for f := range strings.FieldsSeq(rest) {
			name, value, ok := strings.Cut(f, "=")
			if !ok {
				return fmt.Errorf("want NAME=value, not %q", f)
			}
			d.env[name] = value
		}
	case "RUN":
		d.packages = append(d.packages, packagesOf(rest)...)
		d.folders = append(d.folders, foldersOf(rest)...)
	case "USER":
		d.user = rest
	case "WORKDIR":
		d.workdir = rest
	case "STOPSIGNAL":
		d.stopSignal = rest
	case "ENTRYPOINT":
		return json.Unmarshal([]byte(rest), &d.entrypoint)
	case "CMD":
		return json.Unmarshal([]byte(rest), &d.command)
	case "HEALTHCHECK":
		_, list, ok := strings.Cut(rest, "CMD ")
		if !ok {
			return fmt.Errorf("want CMD [...]")
		}
		return json.Unmarshal([]byte(list), &d.health)
	}
	return nil
}

var between = regexp.MustCompile(`&&|\|\||;`)

func packagesOf(run string) (found []string) {
	for _, part := range between.Split(run, -1) {
		f := strings.Fields(part)
		at := slices.Index(f, "install")
		if at < 1 || f[at-1] != "apt-get" {
			continue
		}
		for _, word := range f[at+1:] {
			if !strings.HasPrefix(word, "-") {
				found = append(found, word)
			}
		}
	}
	return found
}

func foldersOf(run string) (found []string) {
	for _, part := range between.Split(run, -1) {
		f := strings.Fields(part)
		if len(f) < 2 || f[0] != "install" || f[1] != "-d" {
			continue
		}
		for _, word := range f[2:] {
			if strings.HasPrefix(word, "/") {
				found = append(found, word)
			}
		}
	}
	return found
}
