// SPDX-License-Identifier: MIT
//
// The largest singular triplets of a sparse matrix by Spectra; benchmarks/svd.py runs it.
//
//   spectra_svd MATRIX VECTORS DIMENSION SUBSPACE TOLERANCE float|double general|symmetric
//
// MATRIX is a dump in little-endian: rows, columns, nonzeros (int64), offsets (int64), columns
// (int32), values (float). VECTORS is written: U, then V, a vector after the other, as doubles.
// Prints one JSON object: the singular values, what the solver took, and how many converged.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <Spectra/SymEigsSolver.h>
#include <Spectra/contrib/PartialSVDSolver.h>
#include <Eigen/Dense>
#include <Eigen/SparseCore>

namespace {

template <class Scalar>
using Sparse = Eigen::SparseMatrix<Scalar, Eigen::RowMajor, int>;
template <class Scalar>
using Dense = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

struct Task {
  std::string matrix;
  std::string vectors;
  Eigen::Index dimension = 0;
  Eigen::Index subspace = 0;
  double tolerance = 0.0;
};

template <class Scalar>
struct Triplets {
  Dense<Scalar> left;
  Dense<Scalar> right;
  Eigen::Matrix<Scalar, Eigen::Dynamic, 1> values;
};

template <class T>
std::vector<T> read(std::ifstream& file, std::int64_t count) {
  std::vector<T> values(static_cast<std::size_t>(count));
  if (!file.read(reinterpret_cast<char*>(values.data()),
                 static_cast<std::streamsize>(values.size() * sizeof(T))))
    throw std::runtime_error("the matrix ends early");
  return values;
}

template <class Scalar>
Sparse<Scalar> read_matrix(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path);
  const auto sizes = read<std::int64_t>(file, 3);
  const auto offsets = read<std::int64_t>(file, sizes[0] + 1);
  const auto columns = read<std::int32_t>(file, sizes[2]);
  const auto values = read<float>(file, sizes[2]);
  Sparse<Scalar> matrix(sizes[0], sizes[1]);
  matrix.resizeNonZeros(sizes[2]);
  for (std::size_t i = 0; i < offsets.size(); ++i)
    matrix.outerIndexPtr()[i] = static_cast<int>(offsets[i]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    matrix.innerIndexPtr()[i] = columns[i];
    matrix.valuePtr()[i] = static_cast<Scalar>(values[i]);
  }
  return matrix;
}

/// y = A x by rows: Eigen's fastest product of one sparse matrix and one vector.
template <class S>
struct Product {
  using Scalar = S;
  const Sparse<Scalar>& matrix;
  [[nodiscard]] Eigen::Index rows() const { return matrix.rows(); }
  [[nodiscard]] Eigen::Index cols() const { return matrix.cols(); }
  void perform_op(const Scalar* x, Scalar* y) const {
    using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
    Eigen::Map<Vector>(y, rows()).noalias() = matrix * Eigen::Map<const Vector>(x, cols());
  }
};

/// Of a symmetric matrix the singular values are the magnitudes of the eigenvalues.
template <class Scalar>
Triplets<Scalar> solve_symmetric(const Sparse<Scalar>& matrix, const Task& task) {
  const Product<Scalar> product{matrix};
  Spectra::SymEigsSolver<Product<Scalar>> solver(const_cast<Product<Scalar>&>(product),
                                                 task.dimension, task.subspace);
  solver.init();
  solver.compute(Spectra::SortRule::LargestMagn, 1000, static_cast<Scalar>(task.tolerance),
                 Spectra::SortRule::LargestMagn);
  Triplets<Scalar> result;
  const auto values = solver.eigenvalues();
  result.left = solver.eigenvectors();
  result.values = values.cwiseAbs();
  result.right = result.left * values.cwiseSign().asDiagonal();
  return result;
}

template <class Scalar>
Triplets<Scalar> solve_general(const Sparse<Scalar>& matrix, const Task& task) {
  Spectra::PartialSVDSolver<Sparse<Scalar>> solver(matrix, task.dimension, task.subspace);
  // Its tolerance is one on σ².
  solver.compute(1000, static_cast<Scalar>(task.tolerance));
  Triplets<Scalar> result;
  result.values = solver.singular_values();
  result.left = solver.matrix_U(task.dimension);
  result.right = solver.matrix_V(task.dimension);
  return result;
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

template <class Scalar>
void run(const Task& task, bool symmetric) {
  const Sparse<Scalar> matrix = read_matrix<Scalar>(task.matrix);
  const auto begin = std::chrono::steady_clock::now();
  const double cpu_begin = processor_seconds();
  const Triplets<Scalar> result =
      symmetric ? solve_symmetric(matrix, task) : solve_general(matrix, task);
  const double cpu = processor_seconds() - cpu_begin;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  std::ofstream vectors(task.vectors, std::ios::binary);
  for (const Dense<Scalar>* side : {&result.left, &result.right}) {
    const Dense<double> wide = side->template cast<double>();
    vectors.write(reinterpret_cast<const char*>(wide.data()),
                  static_cast<std::streamsize>(wide.size()) * 8);
  }
  if (!vectors.flush()) throw std::runtime_error("can't write " + task.vectors);
  std::printf("{\"seconds\": %.4f, \"cpu_seconds\": %.4f, \"values\": [", wall.count(), cpu);
  for (Eigen::Index i = 0; i < result.values.size(); ++i)
    std::printf("%s%.9g", i == 0 ? "" : ", ", static_cast<double>(result.values[i]));
  std::printf("]}\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr,
                 "usage: spectra_svd MATRIX VECTORS DIMENSION SUBSPACE TOLERANCE float|double "
                 "general|symmetric\n");
    return 2;
  }
  try {
    const Task task{argv[1], argv[2], std::atol(argv[3]), std::atol(argv[4]), std::atof(argv[5])};
    const bool symmetric = std::string(argv[7]) == "symmetric";
    if (std::string(argv[6]) == "float")
      run<float>(task, symmetric);
    else
      run<double>(task, symmetric);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spectra_svd: %s\n", error.what());
    return 1;
  }
  return 0;
}
