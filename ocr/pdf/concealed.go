package pdf

import "sohoa/ocr/pdf/cos"

// maxStrays bounds the list of pages nobody lists.
const maxStrays = 1000

// notePage remembers an object that calls itself a page and is in no page list.
func (in *inspection) notePage(num int, d cos.Dict) {
	if num > 0 && !in.listed[num] && len(in.strays) < maxStrays && in.file.Resolve(d.Get("Type")) == cos.Name("Page") {
		in.strays = append(in.strays, num)
	}
}

// concealed reports what is in the paper and not shown, or not always shown. Pages of older revisions are another matter: what counts here is
// what the newest one says.
func (in *inspection) concealed() {
	for _, num := range in.strays {
		if d, ok := in.file.Dict(cos.Ref{Num: num}); ok && in.file.Resolve(d.Get("Type")) == cos.Name("Page") && d.Has("Contents") {
			in.found.add("hidden_page", 0, num)
		}
	}
	if layers, ok := in.file.Dict(in.file.Root().Get("OCProperties")); ok && in.hiddenLayers(layers) {
		in.found.add("hidden_layers", 0, 0)
	}
}

// hiddenLayers says whether the layers of a paper (ISO 32000-1 §8.11.4) start hidden, or change by themselves between screen and print.
func (in *inspection) hiddenLayers(layers cos.Dict) bool {
	config, _ := in.file.Dict(layers.Get("D"))
	if base := in.file.Resolve(config.Get("BaseState")); base != nil && base != cos.Name("ON") {
		return true
	}
	if off, _ := in.file.Resolve(config.Get("OFF")).(cos.Array); len(off) > 0 {
		return true
	}
	if auto, _ := in.file.Resolve(config.Get("AS")).(cos.Array); len(auto) == 0 {
		return false
	}
	all, _ := in.file.Resolve(layers.Get("OCGs")).(cos.Array)
	for _, o := range all[:min(len(all), maxLayers)] {
		layer, _ := in.file.Dict(o)
		usage, _ := in.file.Dict(layer.Get("Usage"))
		for use, state := range map[cos.Name]cos.Name{"View": "ViewState", "Print": "PrintState", "Export": "ExportState"} {
			if d, ok := in.file.Dict(usage.Get(use)); ok && in.file.Resolve(d.Get(state)) == cos.Name("OFF") {
				return true
			}
		}
	}
	return len(all) > maxLayers
}

// maxLayers is how many layers are looked at; a drawing of a building has some hundred.
const maxLayers = 5000
