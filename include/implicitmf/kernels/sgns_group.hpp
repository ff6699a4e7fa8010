// SPDX-License-Identifier: MIT
/// \file
/// The step of skip-gram with negative sampling: a few input rows against a few output rows, all
/// pairs at once. What training spends its time in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/kernels/half_register.hpp>
#include <implicitmf/kernels/sigmoid.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf::kernels {

/// A control variate for negatives: of what they do to a row, the part that an expected σ makes is
/// done by the mean of all rows that could have been drawn, rather than by those that were. The
/// same moves in expectation whatever is expected, with less variance where it is near σ.
struct SGNSBaseline {
  const float* mean_input = nullptr;   ///< of a group's Σ SGNSGroup::meetings[i] · input i
  const float* mean_output = nullptr;  ///< of a group's Σ SGNSGroup::expected[j] · output j
  float mean_meetings = 1.0F;          ///< of a group's all_meetings
};

/// The columns that a group's rows have: the dimension, and zeros behind to a multiple of 8.
[[nodiscard]] constexpr std::size_t whole_columns(std::size_t dimension) noexcept {
  return (dimension + 7) / 8 * 8;
}

/// Windows that are trained together. Window t has input i membership[i · windows + t] times, and
/// meets output j as examples of label 1 with total weight attraction[t · weight_stride + j] and as
/// examples of either label with total weight weight[t · weight_stride + j]: a positive example
/// adds {1, 1}, a negative one {0, 1}. For a baseline, expected[j] is what each window's draws of
/// output j weigh times the σ that is expected of them, whether they became negatives or collided
/// with its context, and input i meets the draws meetings[i] times, the sum of its membership; else
/// these may be null.
///
/// \par Shapes     rows, the baseline's too, have `columns` floats, see whole_columns();
///                 weight_stride: a multiple of panel_width, at least output_count, with zeros in
///                 the places beyond output_count; so many floats has expected. Any counts.
/// \par Alignment  rows, the baseline's too, attraction, weight, expected: 64 bytes.
/// \par Overlap    outputs are distinct rows, and none is an input; inputs may repeat.
struct SGNSGroup {
  float* const* inputs = nullptr;
  std::size_t input_count = 0;
  float* const* outputs = nullptr;
  std::size_t output_count = 0;
  std::size_t columns = 0;
  const float* membership = nullptr;
  const float* attraction = nullptr;
  const float* weight = nullptr;
  std::size_t windows = 0;
  std::size_t weight_stride = 0;
  const float* expected = nullptr;
  const float* meetings = nullptr;
  float all_meetings = 0.0F;  ///< their sum
  SGNSBaseline baseline = {};

  [[nodiscard]] bool has_baseline() const noexcept { return baseline.mean_input != nullptr; }
};

namespace detail {

/// Outputs of a tile: their 6 old and 6 new registers are as many as 16 registers have room for.
inline constexpr std::size_t most_tile_outputs = 6;

/// Calls function(integral_constant<N>) with N = n, 1 <= n <= Most.
template <std::size_t Most, class Function>
inline void with_constant(std::size_t n, const Function& function) noexcept {
  if constexpr (Most > 1)
    if (n < Most) return with_constant<Most - 1>(n, function);
  function(std::integral_constant<std::size_t, Most>{});
}

/// x[i · x_stride + j] = the dot product of input i and output j over the columns [begin, end), a
/// multiple of 8 of them. What is half a register comes first: half a product can begin a sum, but
/// not be added to one.
template <class Arch, std::size_t Inputs, std::size_t Outputs>
inline void group_dots(float* const* inputs, float* const* outputs, std::size_t begin,
                       std::size_t end, float* x, std::size_t x_stride) noexcept {
  using Batch = FloatBatch<Arch>;
  constexpr std::size_t w = Batch::width;
  constexpr std::size_t sums = Inputs * Outputs;
  Batch sum[sums];
  if constexpr (w == 16)
    if ((end - begin) % w != 0) {
      using Half = FloatBatch<HalfArch<Arch>>;
      end -= Half::width;
      Half in[Inputs];
#pragma GCC unroll 4
      for (std::size_t i = 0; i < Inputs; ++i) in[i] = Half::load_aligned(inputs[i] + end);
#pragma GCC unroll 6
      for (std::size_t j = 0; j < Outputs; ++j) {
        const Half out = Half::load_aligned(outputs[j] + end);
#pragma GCC unroll 4
        for (std::size_t i = 0; i < Inputs; ++i) sum[i * Outputs + j] = (in[i] * out).widened();
      }
    }
  for (std::size_t k = begin; k < end; k += w) {
    Batch in[Inputs];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < Inputs; ++i) in[i] = Batch::load_aligned(inputs[i] + k);
#pragma GCC unroll 6
    for (std::size_t j = 0; j < Outputs; ++j) {
      Batch out = Batch::load_aligned(outputs[j] + k);
      out.keep_in_register();
#pragma GCC unroll 4
      for (std::size_t i = 0; i < Inputs; ++i)
        sum[i * Outputs + j] = fma(in[i], out, sum[i * Outputs + j]);
    }
  }
  alignas(buffer_alignment) float dots[(sums + w - 1) / w * w];
  constexpr std::size_t whole = sums / w * w;
#pragma GCC unroll 24
  for (std::size_t s = 0; s < whole; s += w)
    Batch::template reduce_adds<w>(sum + s).store_aligned(dots + s);
  if constexpr (whole < sums)
    Batch::template reduce_adds<sums - whole>(sum + whole).store_aligned(dots + whole);
  for (std::size_t i = 0; i < Inputs; ++i)
    std::copy_n(dots + i * Outputs, Outputs, x + i * x_stride);
}

/// What a baseline moves: input i by input_factor · meetings[i] · mean_output, output j by
/// output_factor · expected[j] · mean_input; or nothing.
struct MeanMoves {
  float input_factor;
  const float* meetings;
  const float* mean_output;
  float output_factor;
  const float* expected;
  const float* mean_input;
};
struct NoMeanMoves {};

/// Adds the products of the coefficients g[i · g_stride + j] with the rows, Chunks registers from
/// float k on: to add_inputs[i] Σ_j g · output j, to add_outputs[j] Σ_i g · input i. Where the sums
/// are added to the rows themselves, outputs are seen as they were, and an input as its earlier
/// places left it. What means move is added first.
template <class Arch, std::size_t Outputs, std::size_t Chunks, class Means>
inline void group_update(float* const* inputs, float* const* add_inputs, std::size_t input_count,
                         float* const* outputs, float* const* add_outputs, const float* g,
                         std::size_t g_stride, std::size_t k, const Means& means) noexcept {
  using Batch = FloatBatch<Arch>;
  constexpr std::size_t w = Batch::width;
  constexpr bool moved_by_means = std::is_same_v<Means, MeanMoves>;
  [[maybe_unused]] Batch mean[Chunks];
  if constexpr (moved_by_means)
#pragma GCC unroll 2
    for (std::size_t c = 0; c < Chunks; ++c)
      mean[c] =
          Batch::broadcast(means.input_factor) * Batch::load_aligned(means.mean_output + k + c * w);
  Batch old_out[Outputs][Chunks];
  Batch new_out[Outputs][Chunks];
#pragma GCC unroll 6
  for (std::size_t j = 0; j < Outputs; ++j)
#pragma GCC unroll 2
    for (std::size_t c = 0; c < Chunks; ++c) {
      old_out[j][c] = Batch::load_aligned(outputs[j] + k + c * w);
      new_out[j][c] = Batch::load_aligned(add_outputs[j] + k + c * w);
      if constexpr (moved_by_means)
        new_out[j][c] = fma(Batch::broadcast(means.output_factor * means.expected[j]),
                            Batch::load_aligned(means.mean_input + k + c * w), new_out[j][c]);
    }
  for (std::size_t i = 0; i < input_count; ++i, g += g_stride) {
    Batch in[Chunks];
    Batch sum[Chunks];
#pragma GCC unroll 2
    for (std::size_t c = 0; c < Chunks; ++c) {
      in[c] = Batch::load_aligned(inputs[i] + k + c * w);
      sum[c] = Batch::load_aligned(add_inputs[i] + k + c * w);
    }
    if constexpr (moved_by_means) {
      const Batch times = Batch::broadcast(means.meetings[i]);
#pragma GCC unroll 2
      for (std::size_t c = 0; c < Chunks; ++c) sum[c] = fma(times, mean[c], sum[c]);
    }
#pragma GCC unroll 6
    for (std::size_t j = 0; j < Outputs; ++j) {
      Batch factor = Batch::broadcast(g[j]);
      factor.keep_in_register();
#pragma GCC unroll 2
      for (std::size_t c = 0; c < Chunks; ++c) {
        new_out[j][c] = fma(factor, in[c], new_out[j][c]);
        sum[c] = fma(factor, old_out[j][c], sum[c]);
      }
    }
#pragma GCC unroll 2
    for (std::size_t c = 0; c < Chunks; ++c) sum[c].store_aligned(add_inputs[i] + k + c * w);
  }
#pragma GCC unroll 6
  for (std::size_t j = 0; j < Outputs; ++j)
#pragma GCC unroll 2
    for (std::size_t c = 0; c < Chunks; ++c)
      new_out[j][c].store_aligned(add_outputs[j] + k + c * w);
}

}  // namespace detail

/// The step of a group of windows. For an input u and an output v, with a and b the attraction and
/// the weight that they have in all windows together,
///
///     g = rate · (a − b σ(u · v)),   u += Σ g v over the outputs,   v += Σ g u over the inputs:
///
/// along the gradient of Levy & Goldberg's local objective (NIPS 2014, section 3.1), with a for
/// #(w,c) and b − a for the noise. With a baseline, where m is how often u meets the draws, M the
/// sum of these, e what is expected of v, and ū, v̄ and M̄ are means of Σ m u, Σ e v and M,
///
///     g += rate · m e,   u −= rate · m v̄,   v −= rate · e ū M / M̄.
///
/// dots() finds all u · v, coefficients() from them all g, and update() moves the rows.
///
/// \par Shapes   g: of input i and output j at [i · weight_stride + j], aligned to 64 bytes; what
///               stands at other places j must be finite, and is written to.
/// \par Order    Dot products are summed lane by lane by rising place with fma, but that the last
///               eight columns come first where they are half a register, then by reduce_add: they
///               depend on Arch and the columns alone. Elements of a row are moved apart from
///               each other, by rising output, or input; of more than six outputs later ones see
///               inputs that the earlier ones moved. A baseline moves rows before all else.
/// \par Max error  of a dot product (⌈columns / w⌉ + log2(w)) · u · Σ |terms|, to first order in
///               u = 2⁻²⁴ with w = FloatBatch<Arch>::width; the sigmoid's is its policy's.
/// \par NaN, inf as in the formulas; finite() tells whether all u · v and all g so far were finite.
/// \par Thread safety  one thread; other threads may race on the rows where that is wanted.
template <class Arch = DefaultArch, class SigmoidPolicy = FastSigmoid>
requires Sigmoid<SigmoidPolicy, Arch> && Sigmoid<SigmoidPolicy, NarrowArch<Arch>>
class SGNSKernel {
 public:
  explicit SGNSKernel(SigmoidPolicy sigmoid = {}) : sigmoid_(sigmoid) {}

  /// The dot products u · v over the columns [begin, end), in g. begin: a multiple of panel_width;
  /// end: such a one, at most `columns`, or `columns`.
  static void dots(const SGNSGroup& group, std::size_t begin, std::size_t end, float* g) noexcept {
    for_output_tiles(group, [&](auto outputs, std::size_t j) {
      tile_dots<outputs()>(group, j, begin, end, g + j);
    });
  }

  /// Replaces the dot products in g by the coefficients.
  void coefficients(const SGNSGroup& group, float rate, float* g) noexcept {
    // Few as usual: half a register does, in half the time where processors halve whole ones.
    if (group.output_count <= Narrow::width)
      replace_dots(group, rate, g, narrow_not_finite_);
    else
      replace_dots(group, rate, g, not_finite_);
  }

  /// Moves the rows.
  /// \param rate  as coefficients() was given
  void update(const SGNSGroup& group, float rate, const float* g) const noexcept {
    add_gradient(group, rate, g, group.inputs, group.outputs);
  }

  /// Adds the moves to other rows of the same shape: to add_inputs[i] those of input i, to
  /// add_outputs[j] those of output j.
  void add_gradient(const SGNSGroup& group, float rate, const float* g, float* const* add_inputs,
                    float* const* add_outputs) const noexcept {
    const float to_outputs = -rate * (group.all_meetings / group.baseline.mean_meetings);
    for_output_tiles(group, [&](auto outputs, std::size_t j) {
      const auto tile = [&](const auto& means) {
        tile_update<outputs()>(group, j, g + j, add_inputs, add_outputs + j, means);
      };
      if (!group.has_baseline()) return tile(detail::NoMeanMoves{});
      tile(detail::MeanMoves{.input_factor = j == 0 ? -rate : 0.0F,
                             .meetings = group.meetings,
                             .mean_output = group.baseline.mean_output,
                             .output_factor = to_outputs,
                             .expected = group.expected + j,
                             .mean_input = group.baseline.mean_input});
    });
  }

  /// Whether every dot product and every coefficient so far was a finite number.
  [[nodiscard]] bool finite() const noexcept {
    return reduce_add(not_finite_) == 0.0F && reduce_add(narrow_not_finite_) == 0.0F;
  }

 private:
  using Batch = FloatBatch<Arch>;
  using Narrow = FloatBatch<NarrowArch<Arch>>;
  static_assert(Narrow::width <= 8, "rows are whole registers of eight columns");

  /// Calls tile(count, first) for the outputs in tiles of about equal size; not at all where there
  /// are no inputs, as then g may be null.
  template <class Tile>
  static void for_output_tiles(const SGNSGroup& group, const Tile& tile) noexcept {
    if (group.input_count == 0) return;
    const std::size_t outputs = group.output_count;
    const std::size_t tiles = (outputs + detail::most_tile_outputs - 1) / detail::most_tile_outputs;
    for (std::size_t j = 0, left = tiles; left > 0; --left) {
      const std::size_t size = (outputs - j + left - 1) / left;
      detail::with_constant<detail::most_tile_outputs>(size, [&](auto count) { tile(count, j); });
      j += size;
    }
  }

  /// Dot products of all inputs with the outputs from j on.
  template <std::size_t Outputs>
  static void tile_dots(const SGNSGroup& group, std::size_t j, std::size_t begin, std::size_t end,
                        float* x) noexcept {
    constexpr std::size_t at_once = register_count<Arch>() == 32 ? 4 : 2;
    std::size_t i = 0;
    const auto tile = [&](auto inputs) {
      detail::group_dots<Arch, inputs(), Outputs>(group.inputs + i, group.outputs + j, begin, end,
                                                  x + i * group.weight_stride, group.weight_stride);
    };
    for (; group.input_count - i >= at_once; i += at_once)
      tile(std::integral_constant<std::size_t, at_once>{});
    if (i < group.input_count) detail::with_constant<at_once - 1>(group.input_count - i, tile);
  }

  /// Moves all inputs and the outputs from j on, those that g, add_outputs begin with.
  template <std::size_t Outputs, class Means>
  static void tile_update(const SGNSGroup& group, std::size_t j, const float* g,
                          float* const* add_inputs, float* const* add_outputs,
                          const Means& means) noexcept {
    constexpr std::size_t chunks = register_count<Arch>() == 32 ? 2 : 1;
    std::size_t k = 0;
    const auto move = [&]<class Registers, std::size_t Chunks>() {
      constexpr std::size_t width = Chunks * FloatBatch<Registers>::width;
      for (; group.columns - k >= width; k += width)
        detail::group_update<Registers, Outputs, Chunks>(
            group.inputs, add_inputs, group.input_count, group.outputs + j, add_outputs, g,
            group.weight_stride, k, means);
    };
    move.template operator()<Arch, chunks>();
    move.template operator()<Arch, 1>();
    move.template operator()<NarrowArch<Arch>, 1>();
  }

  /// coefficients() by whole or by narrow registers.
  template <class Registers>
  void replace_dots(const SGNSGroup& group, float rate, float* g,
                    FloatBatch<Registers>& not_finite) const noexcept {
    using Floats = FloatBatch<Registers>;
    const Floats factor = Floats::broadcast(rate);
    const bool based = group.has_baseline();
    Floats spoilt = not_finite;
    for (std::size_t i = 0; i < group.input_count; ++i, g += group.weight_stride)
      for (std::size_t j = 0; j < group.output_count; j += Floats::width) {
        Floats attraction;
        Floats weight;
        for (std::size_t t = 0; t < group.windows; ++t) {
          const Floats times = Floats::broadcast(group.membership[i * group.windows + t]);
          const std::size_t at = t * group.weight_stride + j;
          attraction = fma(times, Floats::load_aligned(group.attraction + at), attraction);
          weight = fma(times, Floats::load_aligned(group.weight + at), weight);
        }
        const Floats x = Floats::load_aligned(g + j);
        Floats pull = attraction - weight * sigmoid_.sigmoid(x);
        if (based)
          pull = fma(Floats::broadcast(group.meetings[i]), Floats::load_aligned(group.expected + j),
                     pull);
        const Floats product = factor * pull;
        product.store_aligned(g + j);
        // σ hides infinity: x counts too.
        spoilt = fma(x, product - product, spoilt);
      }
    not_finite = spoilt;
  }

  SigmoidPolicy sigmoid_;
  Batch not_finite_;
  Narrow narrow_not_finite_;
};

}  // namespace implicitmf::kernels
