//! Writes the files of a project.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::error::Error;

/// Writes the files below a folder, which must be empty or not exist. An existing file is never overwritten.
pub(crate) fn write(folder: &Path, files: &[(&str, String)]) -> Result<(), Error> {
    let exists = |what| Error::Exists { folder: folder.to_path_buf(), what };
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => {}
            Some(_) => return Err(exists("exists and isn't empty")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(exists("exists and isn't a folder"));
        }
        Err(source) => return Err(Error::Write { path: folder.to_path_buf(), source }),
    }
    for (path, text) in files {
        let path = folder.join(path);
        write_new(&path, text).map_err(|source| Error::Write { path, source })?;
    }
    Ok(())
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::create_new(path)?.write_all(text.as_bytes())
}
