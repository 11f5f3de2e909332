//! A dataset: files whose rows have the same roles.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::column::{MAX_COLUMNS, Row, TableSchema};
use crate::error::TableError;
use crate::input::find_files;
use crate::roles::ColumnRoles;
use crate::table_file::TableFile;

/// Files of a dataset in their order, with their columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDataset {
    /// The files.
    pub files: Vec<TableFile>,
    /// All columns of all files.
    pub schema: TableSchema,
    /// Roles of the columns.
    pub roles: ColumnRoles,
}

impl TableDataset {
    /// Finds the files of some datasets, and their columns. `code` names the columns with code, as in
    /// [`ColumnRoles::find`].
    ///
    /// # Errors
    /// [`TableError`] if a file cannot be read, no column holds code, or a file has none of the columns that hold the code
    /// of the others.
    pub fn open(paths: &[PathBuf], code: &[String]) -> Result<Self, TableError> {
        let (files, schema) = Self::files_of(paths)?;
        let roles = ColumnRoles::find(&schema, code)?;
        for file in &files {
            // Its rows would count as rows without code, which are like no other.
            let own = file.schema()?;
            if !own.columns.is_empty() && !roles.is_code_in(&own) {
                return Err(TableError::OtherColumns {
                    path: file.path.clone(),
                    names: roles.code_columns().join(", "),
                    columns: own.names(),
                });
            }
        }
        Ok(Self { files, schema, roles })
    }

    /// Finds the files of some datasets of ids and labels, and their columns; code may be there.
    ///
    /// # Errors
    /// [`TableError`] if a file cannot be read.
    pub fn open_labels(paths: &[PathBuf]) -> Result<Self, TableError> {
        let (files, schema) = Self::files_of(paths)?;
        let roles = ColumnRoles::find_without_code(&schema);
        Ok(Self { files, schema, roles })
    }

    fn files_of(paths: &[PathBuf]) -> Result<(Vec<TableFile>, TableSchema), TableError> {
        let mut files = Vec::new();
        for path in paths {
            files.extend(find_files(path)?);
        }
        let mut schema = TableSchema::default();
        for file in &files {
            for column in file.schema()?.columns {
                schema.add(&column.name, column.kind);
            }
            if schema.columns.len() > MAX_COLUMNS {
                return Err(TableError::TooManyColumns(file.path.clone()));
            }
        }
        Ok((files, schema))
    }

    /// Returns the columns that have a role.
    pub fn role_columns(&self) -> TableSchema {
        let names = self.roles.names();
        self.schema.only(|name| names.contains(&name))
    }

    /// Returns the columns that code is read from: the code itself, and what tells its language.
    pub fn code_columns(&self) -> TableSchema {
        let names = self.roles.code_names();
        self.schema.only(|name| names.contains(&name))
    }

    /// Calls `take` with each row of all files, in order, with its number and its file, and the values of these columns.
    ///
    /// # Errors
    /// [`TableError`] if a file cannot be read; the error of `take`.
    pub fn for_each_row(
        &self,
        columns: &TableSchema,
        mut take: impl FnMut(usize, &TableFile, Row) -> Result<(), TableError>,
    ) -> Result<usize, TableError> {
        let mut number = 0;
        for file in &self.files {
            for piece in file.pieces()? {
                file.read(piece, columns, |row| {
                    number += 1;
                    take(number - 1, file, row)
                })?;
            }
        }
        Ok(number)
    }
}
