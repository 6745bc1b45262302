//! The ledger's tree (RFC 6962 §2.1), kept as C2SP tiles of 256 hashes. Only its
//! right edge, a tile for each level, is ever in memory. Knows no leaf's meaning
//! and no table.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use tlog_tiles::tile::Tile;
use tlog_tiles::tlog::{self, HASH_SIZE, HashReader, record_hash};

pub use tlog_tiles::tlog::Hash;

/// The height of a tile.
pub const HEIGHT: u8 = 8;
/// The hashes of a full tile.
pub const WIDTH: u64 = 1 << HEIGHT;

/// Where a tile stands: its level and its number within it.
pub type Place = (u8, u64);

/// How many hashes a level has in a tree of this size.
pub fn width_of(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(HEIGHT) * u32::from(level)).unwrap_or(0)
}

/// The last tile of each level in a tree of this size that is not full, with how many hashes it has.
pub fn edge(size: u64) -> Vec<(Place, u64)> {
    let levels = (0..).take_while(|level| width_of(*level, size) > 0);
    levels.map(|level| ((level, width_of(level, size) / WIDTH), width_of(level, size) % WIDTH)).filter(|(_, width)| *width > 0).collect()
}

/// The root of a tree of this size, read from the tiles of its [`edge`]. None when one of them is missing or short.
pub fn root(size: u64, tiles: &BTreeMap<Place, Vec<u8>>) -> Option<Hash> {
    tlog::tree_hash(size, &Edge(tiles)).ok()
}

/// The tiles that a proof of a leaf in a tree of this size is read from.
pub fn tiles_of_proof(size: u64, index: u64) -> BTreeSet<Place> {
    // What is asked for does not depend on what is read.
    let asked = RefCell::new(BTreeSet::new());
    let _ = tlog::prove_record(size, index, &Asking(&asked));
    asked.into_inner()
}

/// The hashes that lead from a leaf to the root, lowest first. None when a tile is missing or short, or the tree has no such leaf.
pub fn proof(size: u64, index: u64, tiles: &BTreeMap<Place, Vec<u8>>) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    tlog::prove_record(size, index, &Edge(tiles)).ok()
}

/// The tiles that a proof of consistency is read from.
pub fn tiles_of_consistency(old: u64, size: u64) -> BTreeSet<Place> {
    let asked = RefCell::new(BTreeSet::new());
    if old > 0 {
        let _ = tlog::prove_tree(size, old, &Asking(&asked));
    }
    asked.into_inner()
}

/// The hashes that prove that a tree begins with a smaller one, in the order of RFC 6962 §2.1.2; none for the
/// empty tree. None when a tile is missing or short, or the smaller one is larger.
pub fn consistency(old: u64, size: u64, tiles: &BTreeMap<Place, Vec<u8>>) -> Option<Vec<Hash>> {
    if old == 0 {
        return Some(Vec::new());
    }
    tlog::prove_tree(size, old, &Edge(tiles)).ok()
}

struct Asking<'a>(&'a RefCell<BTreeSet<Place>>);

impl HashReader for Asking<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let places = indexes.iter().map(|index| Tile::from_index(HEIGHT, *index)).map(|tile| (tile.level(), tile.level_index()));
        self.0.borrow_mut().extend(places);
        Ok(vec![tlog::EMPTY_HASH; indexes.len()])
    }
}

struct Edge<'a>(&'a BTreeMap<Place, Vec<u8>>);

impl HashReader for Edge<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let read = |index: &u64| {
            let tile = Tile::from_index(HEIGHT, *index);
            let hashes = self.0.get(&(tile.level(), tile.level_index())).ok_or(tlog::Error::InvalidTile)?;
            tile.hash_at_index(hashes, *index)
        };
        indexes.iter().map(read).collect()
    }
}

/// A tree that grows.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    size: u64,
    /// The tile that grows on each level.
    growing: Vec<Vec<u8>>,
    /// Tiles that were filled since they were last taken.
    filled: BTreeMap<Place, Vec<u8>>,
}

impl Tree {
    /// Goes on with a tree of this size. None when a tile of its [`edge`] is missing or short.
    pub fn resume(size: u64, tiles: &BTreeMap<Place, Vec<u8>>) -> Option<Self> {
        let mut growing = Vec::new();
        for ((level, n), width) in edge(size) {
            let bytes = usize::try_from(width).ok()? * HASH_SIZE;
            let hashes = tiles.get(&(level, n))?.get(..bytes)?;
            growing.resize(usize::from(level), Vec::new());
            growing.push(hashes.to_vec());
        }
        Some(Self { size, growing, filled: BTreeMap::new() })
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf, and returns its index.
    pub fn add(&mut self, leaf: &[u8]) -> u64 {
        let index = self.size;
        self.size += 1;
        let mut hash = record_hash(leaf);
        for level in 0.. {
            let at = usize::from(level);
            if self.growing.len() <= at {
                self.growing.push(Vec::new());
            }
            let Some(tile) = self.growing.get_mut(at) else { break };
            tile.extend(hash.0);
            if tile.len() < HASH_SIZE << HEIGHT {
                break;
            }
            hash = Tile::subtree_hash(tile);
            let full = std::mem::take(tile);
            self.filled.insert((level, width_of(level, self.size) / WIDTH - 1), full);
        }
        index
    }

    /// The last tile of each level that is not full.
    pub fn edge(&self) -> Vec<(Place, Vec<u8>)> {
        let growing = (0..).zip(&self.growing).filter(|(_, tile)| !tile.is_empty());
        growing.map(|(level, tile)| ((level, width_of(level, self.size) / WIDTH), tile.clone())).collect()
    }

    /// The tiles that changed since they were last taken.
    pub fn changed(&mut self) -> Vec<(Place, Vec<u8>)> {
        let mut tiles: BTreeMap<Place, Vec<u8>> = std::mem::take(&mut self.filled);
        tiles.extend(self.edge());
        tiles.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tlog_tiles::tlog::node_hash;

    use super::*;

    /// RFC 6962 §2.1 as it is written.
    fn naive(leaves: &[Vec<u8>]) -> Hash {
        match leaves {
            [] => tlog::EMPTY_HASH,
            [leaf] => record_hash(leaf),
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(naive(left), naive(right))
            }
        }
    }

    #[test]
    fn the_test_vector_has_its_root() {
        let leaves = [
            r#"{"by":"sender","channel":"web","event":"received","field":"land","kind":"suggestion","n":0,"on":"2026-10-01","respondent":"citizen","serial":1,"t":"feedback","text":"mtNfzvAtbY4rPTl5rdCKUeP8E9K3Rk9k0nyZJYrLrVc=","v":1}"#,
            r#"{"by":"system","event":"routed","n":1,"office":"kcn-vp","on":"2026-10-01","rule":"field:land","serial":1,"t":"feedback","v":1}"#,
            r#"{"by":"system","cause":"received","due_on":"2026-10-22","event":"deadline_set","n":2,"on":"2026-10-01","serial":1,"t":"feedback","v":1}"#,
        ];
        let mut tree = Tree::default();
        for leaf in leaves {
            tree.add(leaf.as_bytes());
        }
        let tiles = tree.changed().into_iter().collect();
        assert_eq!(root(3, &tiles).unwrap().to_string(), "0lrwoy9AN1i8W0Q9iZLHXFEUiqidMRfXoiIdFuhdSoE=");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Grown in one go or resumed in the middle, its tiles give the root of every size that it had.
        #[test]
        fn a_tree_of_tiles_is_the_tree_of_the_rfc(size in 0_usize..1_400, stop in 0_usize..1_400) {
            let leaves: Vec<Vec<u8>> = (0..size).map(|i| i.to_string().into_bytes()).collect();
            let stop = stop.min(size);
            let mut tiles = BTreeMap::new();
            let mut tree = Tree::default();
            for leaf in &leaves[..stop] {
                tree.add(leaf);
            }
            tiles.extend(tree.changed());
            let mut tree = Tree::resume(stop as u64, &tiles).unwrap();
            for leaf in &leaves[stop..] {
                tree.add(leaf);
            }
            tiles.extend(tree.changed());
            prop_assert_eq!(tree.size(), size as u64);
            prop_assert_eq!(root(size as u64, &tiles), Some(naive(&leaves)));
            prop_assert_eq!(root(stop as u64, &tiles), Some(naive(&leaves[..stop])));
            for index in [0, size / 3, size.saturating_sub(1)].into_iter().filter(|index| *index < size) {
                let (size, index) = (size as u64, index as u64);
                let needed: BTreeMap<_, _> = tiles.iter().filter(|(place, _)| tiles_of_proof(size, index).contains(place)).map(|(p, t)| (*p, t.clone())).collect();
                let hashes = proof(size, index, &needed).unwrap();
                let leaf = record_hash(&leaves[usize::try_from(index).unwrap()]);
                prop_assert!(tlog::check_record(&hashes, size, naive(&leaves), index, leaf).is_ok());
            }
            prop_assert!(proof(size as u64, size as u64, &tiles).is_none());
            let needed: BTreeMap<_, _> =
                tiles.iter().filter(|(place, _)| tiles_of_consistency(stop as u64, size as u64).contains(place)).map(|(p, t)| (*p, t.clone())).collect();
            let hashes = consistency(stop as u64, size as u64, &needed).unwrap();
            if stop > 0 {
                prop_assert!(tlog::check_tree(&hashes, size as u64, naive(&leaves), stop as u64, naive(&leaves[..stop])).is_ok());
            }
        }
    }
}
