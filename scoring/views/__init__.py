from scoring.views.versions import model_detail, model_list

__all__ = ["model_detail", "model_list"]
