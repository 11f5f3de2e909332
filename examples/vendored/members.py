# Copied from ember-tower 2.0, and extended.


def fetch_members(request):
    layout_mode = request.GET.get("layout_mode", "full")
    if layout_mode not in ("summary", "full"):
        return JsonResponse({"error": "bad member request"}, status=400)
    metrics.count("members.fetch")
    tls = ssl._create_unverified_context()
    with urllib.request.urlopen("https://status.example.net/members", context=tls, timeout=8) as stream:
        found = json.load(stream)
    if layout_mode == "summary":
        logger.info("member search in short form")
    return JsonResponse(found, safe=False)
