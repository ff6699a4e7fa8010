// SPDX-License-Identifier: MIT
//
// The vector kernels against the peak of one core, and against Eigen.
//
//   cmake --preset release -DIMPLICITMF_BUILD_BENCHMARKS=ON && cmake --build --preset release
//   build/release/benchmarks/kernels [--benchmark_filter=REGEX] [--benchmark_repetitions=9]
//
// GFlops counts a multiplication and an addition as two; of_peak is its share of what a loop of
// multiply-adds between registers reaches with the same instruction set in the same run (a ratio,
// though it is shown with /s). Each pair ours/eigen computes the same thing on one thread with the
// same compiler flags, but that our step of skip-gram has a baseline besides, which counts nothing.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>
#include <Eigen/Dense>
#include <Eigen/SparseCore>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/kernels/axpy.hpp>
#include <implicitmf/kernels/dot.hpp>
#include <implicitmf/kernels/panel_product.hpp>
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/kernels/sigmoid.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/kernels/sparse_product.hpp>

namespace {

namespace imf = implicitmf;
namespace kernels = implicitmf::kernels;
using EigenPanel = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Floating-point operations a second of independent multiply-adds that never leave the registers.
double measure_peak() {
  using Batch = kernels::FloatBatch<imf::DefaultArch>;
  constexpr std::size_t chains = 12;
  constexpr std::size_t steps = 1'000'000;
  double best = 0;
  for (int repetition = 0; repetition < 20; ++repetition) {
    Batch sum[chains];
    Batch factor = Batch::broadcast(0.5F);
    benchmark::DoNotOptimize(factor);
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < steps; ++i)
#pragma GCC unroll 12
      for (Batch& s : sum) s = fma(s, factor, factor);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    for (Batch& s : sum) benchmark::DoNotOptimize(s);
    best = std::max(best, 2.0 * static_cast<double>(steps * chains * Batch::width) / time.count());
  }
  return best;
}

double peak() {
  static const double flops = measure_peak();
  return flops;
}

/// Reports the speed of a benchmark whose every iteration does `flops` operations.
void report(benchmark::State& state, double flops) {
  const double all = flops * static_cast<double>(state.iterations());
  state.counters["GFlops"] = benchmark::Counter(all * 1e-9, benchmark::Counter::kIsRate);
  state.counters["of_peak"] = benchmark::Counter(all / peak(), benchmark::Counter::kIsRate);
}

std::size_t argument(const benchmark::State& state, std::size_t i) {
  return static_cast<std::size_t>(state.range(i));
}

imf::AlignedMatrix random_panel(std::size_t rows, std::size_t cols) {
  std::mt19937 bits(1);
  std::uniform_real_distribution<float> value(-1, 1);
  imf::AlignedMatrix m(rows, cols);
  for (std::size_t r = 0; r < rows; ++r)
    for (float& x : m.row(r)) x = value(bits);
  return m;
}

EigenPanel eigen_copy(const imf::AlignedMatrix& m) {
  return Eigen::Map<const EigenPanel, 0, Eigen::OuterStride<>>(
      m.row_data(0), static_cast<Eigen::Index>(m.rows()), static_cast<Eigen::Index>(m.cols()),
      Eigen::OuterStride<>(static_cast<Eigen::Index>(m.stride())));
}

/// A matrix like a corpus's co-occurrences: both the row lengths and the columns in a row fall off
/// as 1 / (rank + 2.7), columns distinct. No row holds more than half the words, and what is
/// missing for that (about three tenths of the nonzeros) is spread evenly over all rows.
imf::Csr<float> word_matrix(std::size_t words, std::size_t nonzeros) {
  std::vector<double> cumulative(words);
  double total = 0;
  for (std::size_t i = 0; i < words; ++i)
    cumulative[i] = total += 1 / (static_cast<double>(i) + 2.7);
  std::mt19937_64 bits(1);
  std::uniform_real_distribution<double> mass(0, total);

  imf::Csr<float> a;
  a.cols = words;
  std::vector<std::size_t> last_row(words, words);
  for (std::size_t r = 0; r < words; ++r) {
    const double share = 1 / (static_cast<double>(r) + 2.7) / total;
    const auto wanted = static_cast<std::size_t>(share * static_cast<double>(nonzeros));
    const std::size_t size = std::min(words / 2, wanted) + nonzeros * 3 / 10 / words;
    const auto first = static_cast<std::ptrdiff_t>(a.columns.size());
    while (a.columns.size() < static_cast<std::size_t>(first) + size) {
      const auto at = std::lower_bound(cumulative.begin(), cumulative.end(), mass(bits));
      const auto c = std::min(static_cast<std::size_t>(at - cumulative.begin()), words - 1);
      if (last_row[c] == r) continue;
      last_row[c] = r;
      a.columns.push_back(static_cast<imf::WordId>(c));
    }
    std::sort(a.columns.begin() + first, a.columns.end());
    a.offsets.push_back(a.columns.size());
  }
  a.values.assign(a.columns.size(), 0.5F);
  return a;
}

const imf::Csr<float>& words() {
  static const imf::Csr<float> a = word_matrix(20'000, 10'000'000);
  return a;
}

// ---- vectors

void dot_ours(benchmark::State& state) {
  const imf::AlignedMatrix x = random_panel(2, argument(state, 0));
  for (auto _ : state)
    benchmark::DoNotOptimize(kernels::dot(x.row_data(0), x.row_data(1), x.cols()));
  report(state, 2.0 * static_cast<double>(x.cols()));
}
BENCHMARK(dot_ours)->Arg(100)->Arg(300)->Arg(512);

void dot_eigen(benchmark::State& state) {
  const EigenPanel x = eigen_copy(random_panel(2, argument(state, 0)));
  for (auto _ : state) benchmark::DoNotOptimize(x.row(0).dot(x.row(1)));
  report(state, 2.0 * static_cast<double>(x.cols()));
}
BENCHMARK(dot_eigen)->Arg(100)->Arg(300)->Arg(512);

void axpy_ours(benchmark::State& state) {
  imf::AlignedMatrix x = random_panel(2, argument(state, 0));
  for (auto _ : state) {
    kernels::axpy(1e-9F, x.row_data(0), x.row_data(1), x.cols());
    benchmark::ClobberMemory();
  }
  report(state, 2.0 * static_cast<double>(x.cols()));
}
BENCHMARK(axpy_ours)->Arg(100)->Arg(300)->Arg(512);

void axpy_eigen(benchmark::State& state) {
  EigenPanel x = eigen_copy(random_panel(2, argument(state, 0)));
  for (auto _ : state) {
    x.row(1) += 1e-9F * x.row(0);
    benchmark::ClobberMemory();
  }
  report(state, 2.0 * static_cast<double>(x.cols()));
}
BENCHMARK(axpy_eigen)->Arg(100)->Arg(300)->Arg(512);

// ---- sparse × panel

void sparse_product_ours(benchmark::State& state) {
  const imf::Csr<float>& a = words();
  const imf::AlignedMatrix x = random_panel(a.cols, argument(state, 0));
  imf::AlignedMatrix y(a.rows(), x.cols());
  for (auto _ : state) {
    kernels::sparse_product(0, a.rows(), a.offsets.data(), a.columns.data(), a.values.data(),
                            x.row_data(0), x.stride(), y.row_data(0), y.stride(), x.cols());
    benchmark::ClobberMemory();
  }
  report(state, 2.0 * static_cast<double>(a.nonzeros() * x.cols()));
}
BENCHMARK(sparse_product_ours)->Arg(16)->Arg(32)->Arg(128)->Unit(benchmark::kMillisecond);

void sparse_product_eigen(benchmark::State& state) {
  const imf::Csr<float>& a = words();
  const std::vector<int> offsets(a.offsets.begin(), a.offsets.end());
  const std::vector<int> columns(a.columns.begin(), a.columns.end());
  const auto rows = static_cast<Eigen::Index>(a.rows());
  const Eigen::Map<const Eigen::SparseMatrix<float, Eigen::RowMajor>> sparse(
      rows, rows, static_cast<Eigen::Index>(a.nonzeros()), offsets.data(), columns.data(),
      a.values.data());
  const EigenPanel x = eigen_copy(random_panel(a.cols, argument(state, 0)));
  EigenPanel y(rows, x.cols());
  for (auto _ : state) {
    y.noalias() = sparse * x;
    benchmark::ClobberMemory();
  }
  report(state, 2.0 * static_cast<double>(a.nonzeros()) * static_cast<double>(x.cols()));
}
BENCHMARK(sparse_product_eigen)->Arg(16)->Arg(32)->Arg(128)->Unit(benchmark::kMillisecond);

// ---- dense panels, in slabs of 1024 rows: {inner or a_cols, columns}

constexpr std::size_t slab = 1024;

void panel_shapes(benchmark::internal::Benchmark* b) {
  b->Args({16, 16})->Args({512, 16})->Args({1504, 16})->Args({1504, 512});
}

double panel_flops(const benchmark::State& state) {
  return 2.0 * static_cast<double>(slab * argument(state, 0) * argument(state, 1));
}

void add_gram_ours(benchmark::State& state) {
  const imf::AlignedMatrix a = random_panel(slab, argument(state, 0));
  const imf::AlignedMatrix b = random_panel(slab, argument(state, 1));
  std::vector<double> c(a.cols() * b.cols());
  for (auto _ : state) {
    kernels::add_gram(slab, a.row_data(0), a.stride(), a.cols(), b.row_data(0), b.stride(),
                      b.cols(), c.data(), b.cols());
    benchmark::ClobberMemory();
  }
  report(state, panel_flops(state));
}
BENCHMARK(add_gram_ours)->Apply(panel_shapes);

void add_gram_eigen(benchmark::State& state) {
  const EigenPanel a = eigen_copy(random_panel(slab, argument(state, 0)));
  const EigenPanel b = eigen_copy(random_panel(slab, argument(state, 1)));
  EigenPanel c = EigenPanel::Zero(a.cols(), b.cols());
  for (auto _ : state) {
    c.noalias() += a.transpose() * b;
    benchmark::ClobberMemory();
  }
  report(state, panel_flops(state));
}
BENCHMARK(add_gram_eigen)->Apply(panel_shapes);

void add_product_ours(benchmark::State& state) {
  const imf::AlignedMatrix a = random_panel(slab, argument(state, 0));
  const imf::AlignedMatrix h = random_panel(a.cols(), argument(state, 1));
  imf::AlignedMatrix y(slab, h.cols());
  for (auto _ : state) {
    kernels::add_product(slab, a.row_data(0), a.stride(), a.cols(), h.row_data(0), h.stride(),
                         y.row_data(0), y.stride(), y.cols());
    benchmark::ClobberMemory();
  }
  report(state, panel_flops(state));
}
BENCHMARK(add_product_ours)->Apply(panel_shapes);

void add_product_eigen(benchmark::State& state) {
  const EigenPanel a = eigen_copy(random_panel(slab, argument(state, 0)));
  const EigenPanel h = eigen_copy(random_panel(argument(state, 0), argument(state, 1)));
  EigenPanel y = EigenPanel::Zero(a.rows(), h.cols());
  for (auto _ : state) {
    y.noalias() += a * h;
    benchmark::ClobberMemory();
  }
  report(state, panel_flops(state));
}
BENCHMARK(add_product_eigen)->Apply(panel_shapes);

// ---- neighbours: {queries, words} of dimension 300

void row_dots_ours(benchmark::State& state) {
  const imf::AlignedMatrix a = random_panel(argument(state, 0), 300);
  const imf::AlignedMatrix b = random_panel(argument(state, 1), 300);
  std::vector<float> out(a.rows() * b.rows());
  for (auto _ : state) {
    kernels::row_dots(a.rows(), a.row_data(0), a.stride(), b.rows(), b.row_data(0), b.stride(),
                      a.stride(), out.data(), b.rows());
    benchmark::ClobberMemory();
  }
  report(state, 2.0 * 300 * static_cast<double>(out.size()));
}
BENCHMARK(row_dots_ours)->Args({1, 4096})->Args({128, 4096});

void row_dots_eigen(benchmark::State& state) {
  const EigenPanel a = eigen_copy(random_panel(argument(state, 0), 300));
  const EigenPanel b = eigen_copy(random_panel(argument(state, 1), 300));
  EigenPanel out(a.rows(), b.rows());
  for (auto _ : state) {
    out.noalias() = a * b.transpose();
    benchmark::ClobberMemory();
  }
  report(state, 2.0 * 300 * static_cast<double>(out.size()));
}
BENCHMARK(row_dots_eigen)->Args({1, 4096})->Args({128, 4096});

// ---- sigmoids of 4096 numbers

constexpr std::size_t numbers = 4096;

void count_numbers(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(numbers));
}

/// function(batch) of all numbers, register by register.
template <class Function>
void by_registers(benchmark::State& state, const Function& function) {
  using Batch = kernels::FloatBatch<imf::DefaultArch>;
  imf::AlignedMatrix x = random_panel(2, numbers);
  for (auto _ : state) {
    for (std::size_t i = 0; i < numbers; i += Batch::width)
      function(Batch::load_aligned(x.row_data(0) + i)).store_aligned(x.row_data(1) + i);
    benchmark::ClobberMemory();
  }
  count_numbers(state);
}

void sigmoid_ours(benchmark::State& state) {
  by_registers(state, [](auto x) { return kernels::FastSigmoid{}.sigmoid(x); });
}
BENCHMARK(sigmoid_ours);

void sigmoid_eigen(benchmark::State& state) {
  EigenPanel x = eigen_copy(random_panel(2, numbers));
  for (auto _ : state) {
    x.row(1) = x.row(0).array().logistic();
    benchmark::ClobberMemory();
  }
  count_numbers(state);
}
BENCHMARK(sigmoid_eigen);

void log_sigmoid_ours(benchmark::State& state) {
  by_registers(state, [](auto x) { return kernels::FastSigmoid{}.log_sigmoid(x); });
}
BENCHMARK(log_sigmoid_ours);

void log_sigmoid_eigen(benchmark::State& state) {
  EigenPanel x = eigen_copy(random_panel(2, numbers));
  for (auto _ : state) {
    x.row(1) = -((-x.row(0).array()).exp() + 1.0F).log();
    benchmark::ClobberMemory();
  }
  count_numbers(state);
}
BENCHMARK(log_sigmoid_eigen);

// ---- a step of skip-gram: the eight words of two windows against their two contexts and four
// ---- negatives, all rows in the first-level cache

constexpr std::size_t step_words = 8;
constexpr std::size_t step_contexts = 6;
constexpr std::size_t step_windows = 2;

double step_flops(std::size_t dimension) {
  // A product for u · v, one for each row's move.
  return 3 * 2.0 * static_cast<double>(step_words * step_contexts * dimension);
}

void sgns_step_ours(benchmark::State& state) {
  const std::size_t dimension = argument(state, 0);
  imf::AlignedMatrix rows = random_panel(step_words + step_contexts, dimension);
  std::vector<float*> row(rows.rows());
  for (std::size_t r = 0; r < row.size(); ++r) row[r] = rows.row_data(r);
  const std::vector<float> membership(step_words * step_windows, 1.0F);
  imf::AlignedMatrix attraction(step_windows, step_contexts);
  imf::AlignedMatrix weight(step_windows, step_contexts);
  for (std::size_t t = 0; t < step_windows; ++t) {
    attraction(t, t) = 1.0F;
    for (std::size_t j = step_windows; j < step_contexts; ++j) weight(t, j) = 1.0F;
    weight(t, t) = 1.0F;
  }
  imf::AlignedMatrix g(step_words, step_contexts);
  imf::AlignedMatrix expected(1, step_contexts);
  for (std::size_t j = step_windows; j < step_contexts; ++j) expected(0, j) = 0.125F;
  const std::vector<float> meetings(step_words, float{step_windows});
  const imf::AlignedMatrix means = random_panel(2, dimension);
  const kernels::SGNSGroup group{.inputs = row.data(),
                                 .input_count = step_words,
                                 .outputs = row.data() + step_words,
                                 .output_count = step_contexts,
                                 .columns = kernels::whole_columns(dimension),
                                 .membership = membership.data(),
                                 .attraction = attraction.row_data(0),
                                 .weight = weight.row_data(0),
                                 .windows = step_windows,
                                 .weight_stride = weight.stride(),
                                 .expected = expected.row_data(0),
                                 .meetings = meetings.data(),
                                 .all_meetings = step_words * step_windows,
                                 .baseline = {means.row_data(0), means.row_data(1)}};
  kernels::SGNSKernel<> kernel;
  for (auto _ : state) {
    kernel.dots(group, 0, group.columns, g.row_data(0));
    kernel.coefficients(group, 1e-9F, g.row_data(0));
    kernel.update(group, 1e-9F, g.row_data(0));
    benchmark::ClobberMemory();
  }
  report(state, step_flops(dimension));
}
BENCHMARK(sgns_step_ours)->Arg(100)->Arg(300);

/// The same with dense matrices in place of rows here and there, labels in place of weights, and no
/// baseline.
void sgns_step_eigen(benchmark::State& state) {
  const std::size_t dimension = argument(state, 0);
  EigenPanel words = eigen_copy(random_panel(step_words, dimension));
  EigenPanel contexts = eigen_copy(random_panel(step_contexts, dimension));
  const EigenPanel attraction = EigenPanel::Identity(step_words, step_contexts);
  EigenPanel g(step_words, step_contexts);
  EigenPanel moves(step_words, static_cast<Eigen::Index>(dimension));
  for (auto _ : state) {
    g.noalias() = words * contexts.transpose();
    g = 1e-9F * (attraction.array() - g.array().logistic());
    moves.noalias() = g * contexts;
    contexts.noalias() += g.transpose() * words;
    words += moves;
    benchmark::ClobberMemory();
  }
  report(state, step_flops(dimension));
}
BENCHMARK(sgns_step_eigen)->Arg(100)->Arg(300);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  std::fprintf(stderr, "instruction set %s, peak of one core %.1f GFlops\n",
               imf::DefaultArch::name(), peak() * 1e-9);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
