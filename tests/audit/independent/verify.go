// Reads an exported log with golang.org/x/mod/sumdb, by the designers of the format: nothing of trueup is in it.
// A job on stdin (JSON), a verdict on stdout (JSON). Debian: golang-go, golang-golang-x-mod-dev.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type job struct {
	Directory   string
	Key         string
	Inclusion   []proof
	Consistency []proof
}

type proof struct {
	Index, Size, OldSize int64
	Leaf, Root, OldRoot  []byte
	Proof                [][]byte
}

type verdict struct {
	Origin      string
	Size        int64
	SignedBy    []string
	Error       string
	BadLeaves   []int64
	Inclusion   []string
	Consistency []string
}

type directory string

func (d directory) Height() int                         { return 8 }
func (d directory) SaveTiles(t []tlog.Tile, b [][]byte) {}
func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1) // C2SP leaves the height out
		data, err := os.ReadFile(filepath.Join(string(d), path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func hash(b []byte) (h tlog.Hash) { copy(h[:], b); return h }

func hashes(all [][]byte) (found []tlog.Hash) {
	for _, one := range all {
		found = append(found, hash(one))
	}
	return found
}

func said(err error) string {
	if err != nil {
		return err.Error()
	}
	return "verified"
}

func head(j job, v *verdict) (tree tlog.Tree, err error) {
	raw, err := os.ReadFile(filepath.Join(j.Directory, "checkpoint"))
	if err != nil {
		return tree, err
	}
	verifier, err := note.NewVerifier(j.Key)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	for _, signature := range opened.Sigs {
		v.SignedBy = append(v.SignedBy, signature.Name)
	}
	lines := strings.Split(opened.Text, "\n")
	v.Origin = lines[0]
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	tree.Hash = hash(root)
	v.Size = tree.N
	return tree, err
}

func entries(dir string, n, size int64) (found [][]byte, err error) {
	width := int(size - n*256)
	if width > 256 {
		width = 256
	}
	tile := tlog.Tile{H: 8, L: -1, N: n, W: width} // sumdb calls bundles data
	path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(dir, path))
	for err == nil && len(data) > 0 {
		length := 2 + int(binary.BigEndian.Uint16(data))
		if length > len(data) {
			return found, fmt.Errorf("%s: cut off", path)
		}
		found = append(found, data[2:length])
		data = data[length:]
	}
	return found, err
}

func judge(j job) (v verdict) {
	tree, err := head(j, &v)
	if err != nil {
		v.Error = err.Error()
		return v
	}
	reader := tlog.TileHashReader(tree, directory(j.Directory))
	for n := int64(0); n*256 < tree.N; n++ {
		found, err := entries(j.Directory, n, tree.N)
		if err != nil {
			v.Error = err.Error()
			return v
		}
		var places []int64
		for i := range found {
			places = append(places, tlog.StoredHashIndex(0, n*256+int64(i)))
		}
		leaves, err := reader.ReadHashes(places) // checks the tiles against the root
		if err != nil {
			v.Error = err.Error()
			return v
		}
		for i, entry := range found {
			if tlog.RecordHash(entry) != leaves[i] {
				v.BadLeaves = append(v.BadLeaves, n*256+int64(i))
			}
		}
	}
	for _, p := range j.Inclusion {
		err := tlog.CheckRecord(hashes(p.Proof), p.Size, hash(p.Root), p.Index, hash(p.Leaf))
		v.Inclusion = append(v.Inclusion, said(err))
	}
	for _, p := range j.Consistency {
		err := tlog.CheckTree(hashes(p.Proof), p.Size, hash(p.Root), p.OldSize, hash(p.OldRoot))
		v.Consistency = append(v.Consistency, said(err))
	}
	return v
}

func main() {
	var j job
	if err := json.NewDecoder(os.Stdin).Decode(&j); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	json.NewEncoder(os.Stdout).Encode(judge(j))
}
