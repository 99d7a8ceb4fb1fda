// Answers an OpenVINO, ONNX, SavedModel or LiteRT artefact by OpenVINO's C++ library.
#include <openvino/openvino.hpp>

#include "loader.hpp"

static ov::Tensor tensor_of(const Request& request, const ov::Output<const ov::Node>& port, std::vector<bool>& used) {
  const ov::element::Type type = port.get_element_type();
  const bool whole = type == ov::element::i32 || type == ov::element::i64;
  if (!whole && type != ov::element::f32) throw std::runtime_error("an input is neither float32 nor a whole number");
  const ov::Rank rank = port.get_partial_shape().rank();
  const size_t wanted = rank.is_static() ? rank.get_length() : request.inputs[0].shape.size();
  const Input& input = fitting(request, whole, wanted, used);
  ov::Tensor tensor(type, ov::Shape(input.shape.begin(), input.shape.end()));
  if (!whole) {
    std::memcpy(tensor.data(), input.bytes.data(), tensor.get_byte_size());
  } else if (type == ov::element::i32) {
    const auto values = whole_numbers<int32_t>(input);
    std::memcpy(tensor.data(), values.data(), tensor.get_byte_size());
  } else {
    const auto values = whole_numbers<int64_t>(input);
    std::memcpy(tensor.data(), values.data(), tensor.get_byte_size());
  }
  return tensor;
}

int main(int count, char** arguments) {
  return guarded(count, arguments, [](const Request& request) {
    const double begun = now();
    ov::Core core;
    ov::CompiledModel model = core.compile_model(
        core.read_model(request.artefact), "CPU", ov::inference_num_threads(1),
        ov::hint::inference_precision(ov::element::f32), ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY));
    ov::InferRequest infer = model.create_infer_request();
    const double loaded = now() - begun;
    std::vector<bool> used(request.inputs.size());
    for (size_t index = 0; index < model.inputs().size(); ++index)
      infer.set_input_tensor(index, tensor_of(request, model.input(index), used));
    report(request, loaded, [&] {
      infer.infer();
      const ov::Tensor output = infer.get_output_tensor(0);
      const ov::Shape shape = output.get_shape();
      const float* data = output.data<const float>();
      return Answer{{shape.begin(), shape.end()}, std::vector<float>(data, data + output.get_size())};
    });
  });
}
