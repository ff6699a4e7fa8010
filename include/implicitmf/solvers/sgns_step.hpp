// SPDX-License-Identifier: MIT
/// \file
/// How skip-gram moves the rows of a group of windows: the Step policies of SGNSTrainer.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/kernels/adagrad.hpp>
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/kernels/simd.hpp>

namespace implicitmf {

/// A step: a small value that says how many floats a row has, state of the step among them (it
/// begins as zeros behind the vector, at float AlignedMatrix::padded(dimension)), and makes a
/// worker for each thread. worker.dots(group, begin, end, g) finds the dot products over columns
/// [begin, end), multiples of panel_width or end = group.columns, and worker.coefficients(group,
/// rate, g) from those of whole rows what moves the group's rows, as kernels::SGNSKernel does;
/// worker.move(group, g, rate) moves them, each column apart from the others; worker.finite() tells
/// whether all numbers so far were finite.
template <class S>
concept SGNSStep = std::copyable<S> &&
    requires(const S& step, std::size_t size, const kernels::SGNSGroup& group, float rate,
             float* g) {
  { step.row_floats(size) } -> std::convertible_to<std::size_t>;
  step.worker().dots(group, size, size, g);
  step.worker().coefficients(group, rate, g);
  step.worker().move(group, g, rate);
  { step.worker().finite() } -> std::convertible_to<bool>;
};

/// Plain stochastic gradient ascent.
template <class Arch = DefaultArch>
struct GradientStep {
  class Worker {
   public:
    static void dots(const kernels::SGNSGroup& group, std::size_t begin, std::size_t end,
                     float* g) noexcept {
      kernels::SGNSKernel<Arch>::dots(group, begin, end, g);
    }
    void coefficients(const kernels::SGNSGroup& group, float rate, float* g) noexcept {
      kernel_.coefficients(group, rate, g);
    }
    void move(const kernels::SGNSGroup& group, const float* g, float rate) const noexcept {
      kernel_.update(group, rate, g);
    }
    [[nodiscard]] bool finite() const noexcept { return kernel_.finite(); }

   private:
    kernels::SGNSKernel<Arch> kernel_;
  };

  [[nodiscard]] static std::size_t row_floats(std::size_t dimension) noexcept {
    return AlignedMatrix::padded(dimension);
  }
  [[nodiscard]] static Worker worker() { return {}; }
};

/// AdaGrad (Duchi, Hazan & Singer, JMLR 2011): each coordinate's rate falls with the squares of its
/// gradients. Twice the memory, and about half the speed of GradientStep.
template <class Arch = DefaultArch>
struct AdaGradStep {
  class Worker {
   public:
    static void dots(const kernels::SGNSGroup& group, std::size_t begin, std::size_t end,
                     float* g) noexcept {
      kernels::SGNSKernel<Arch>::dots(group, begin, end, g);
    }
    void coefficients(const kernels::SGNSGroup& group, float /*rate*/, float* g) noexcept {
      kernel_.coefficients(group, 1.0F, g);
    }
    void move(const kernels::SGNSGroup& group, const float* g, float rate) {
      const std::size_t rows = group.input_count + group.output_count;
      const std::size_t stride = AlignedMatrix::padded(group.columns);  // to the step's state
      if (gradients_.rows() < rows || gradients_.cols() != stride)
        gradients_ = AlignedMatrix(rows, stride);
      pointers_.resize(rows);
      for (std::size_t r = 0; r < rows; ++r) {
        pointers_[r] = gradients_.row_data(r);
        std::fill_n(pointers_[r], stride, 0.0F);
      }
      float** const outputs = pointers_.data() + group.input_count;
      kernel_.add_gradient(group, 1.0F, g, pointers_.data(), outputs);
      const auto apply = [&](float* row, const float* gradient) {
        kernels::adagrad<Arch>(rate, gradient, row + stride, row, stride);
      };
      for (std::size_t i = 0; i < group.input_count; ++i) apply(group.inputs[i], pointers_[i]);
      for (std::size_t j = 0; j < group.output_count; ++j) apply(group.outputs[j], outputs[j]);
    }
    [[nodiscard]] bool finite() const noexcept { return kernel_.finite(); }

   private:
    kernels::SGNSKernel<Arch> kernel_;
    AlignedMatrix gradients_;
    std::vector<float*> pointers_;
  };

  [[nodiscard]] static std::size_t row_floats(std::size_t dimension) noexcept {
    return 2 * AlignedMatrix::padded(dimension);
  }
  [[nodiscard]] static Worker worker() { return {}; }
};
static_assert(SGNSStep<GradientStep<>> && SGNSStep<AdaGradStep<>>);

}  // namespace implicitmf
