package pdf

import (
	"sohoa/ocr/pdf/cos"
)

// layer is an optional content group that a picked page uses.
type layer struct{ there, here int }

// optionalContent keeps what is shown and what is hidden: without it every hidden layer of a drawing would come to light. Nil when no
// layers were copied. Which buttons a viewer offers for them is left behind.
func (a *Assembly) optionalContent() cos.Object {
	var groups, off, usage cos.Array
	for _, d := range a.donors {
		if len(d.layers) == 0 {
			continue
		}
		props, _ := d.file.Dict(d.file.Root().Get("OCProperties"))
		config, _ := d.file.Dict(props.Get("D"))
		listed := func(key cos.Name) map[int]bool {
			out := map[int]bool{}
			list, _ := d.file.Resolve(config.Get(key)).(cos.Array)
			for _, o := range list {
				if r, is := o.(cos.Ref); is {
					out[r.Num] = true
				}
			}
			return out
		}
		on, hidden := listed("ON"), listed("OFF")
		base := d.file.Resolve(config.Get("BaseState"))
		here := map[int]cos.Ref{}
		for _, l := range d.layers {
			r := cos.Ref{Num: l.here}
			here[l.there] = r
			groups = append(groups, r)
			if hidden[l.there] || base == cos.Name("OFF") && !on[l.there] {
				off = append(off, r)
			}
		}
		usage = append(usage, d.layerUsage(config, here)...)
	}
	if len(groups) == 0 {
		return nil
	}
	config := cos.Dict{{Key: "Name", Val: cos.String("")}, {Key: "OFF", Val: off}}
	if len(off) == 0 {
		config = cos.Dict{{Key: "Name", Val: cos.String("")}}
	}
	if len(usage) > 0 {
		config = append(config, cos.Entry{Key: "AS", Val: usage})
	}
	return cos.Dict{{Key: "OCGs", Val: groups}, {Key: "D", Val: config}}
}

// layerUsage copies which layers show on screen and which in print.
func (d *Donor) layerUsage(config cos.Dict, here map[int]cos.Ref) (out cos.Array) {
	list, _ := d.file.Resolve(config.Get("AS")).(cos.Array)
	for _, o := range list {
		rule, ok := d.file.Dict(o)
		if !ok {
			continue
		}
		var groups cos.Array
		all, _ := d.file.Resolve(rule.Get("OCGs")).(cos.Array)
		for _, g := range all {
			if r, is := g.(cos.Ref); is && here[r.Num].Num > 0 {
				groups = append(groups, here[r.Num])
			}
		}
		if len(groups) == 0 {
			continue
		}
		out = append(out, cos.Dict{{Key: "Event", Val: d.value(rule.Get("Event"), 0)}, {Key: "Category", Val: d.value(rule.Get("Category"), 0)},
			{Key: "OCGs", Val: groups}})
	}
	return out
}

// outputIntents keeps what the colours of a paper mean, when all pages come from one paper that says it.
func (a *Assembly) outputIntents() cos.Object {
	if len(a.donors) != 1 || a.pictures > 0 {
		return nil
	}
	d := a.donors[0]
	list, _ := d.file.Resolve(d.file.Root().Get("OutputIntents")).(cos.Array)
	var out cos.Array
	for i, o := range list {
		intent, ok := d.file.Dict(o)
		if !ok || i >= 8 {
			break
		}
		kept := cos.Dict{}
		for _, key := range []cos.Name{"Type", "S", "OutputCondition", "OutputConditionIdentifier", "RegistryName", "Info", "DestOutputProfile"} {
			if v := d.value(intent.Get(key), 0); v != nil {
				kept = append(kept, cos.Entry{Key: key, Val: v})
			}
		}
		out = append(out, kept)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
