using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Routes;
using Reuseportd.Api.Streams;

namespace Decisions.Tests.Api;

/// <summary>
/// The API document is generated from the routes and the documents of the contract. GOLDEN_UPDATE=1 writes it.
/// </summary>
public sealed class OpenApiTests
{
    private const string Names = "name: a service, a worker or a pattern; may be given several times";

    /// <summary>For each route its summary, its query, the type of its body, its answer.</summary>
    private static readonly Dictionary<string, (string Summary, string[] Query, Type? Body, string Answer, Type? Document)> Said =
        new()
    {
        ["GET /v1/status"] = ("The workers and what they do", [Names], null, "application/json", typeof(StatusDocument)),
        ["GET /v1/services/{name}"] = (
            "The effective configuration of a service", [], null, "application/json", typeof(ServiceDocument)),
        ["GET /v1/binds"] = (
            "Every socket that each worker bound, and why workers do not serve", [Names], null, "application/json",
            typeof(BindsDocument)),
        ["GET /v1/check"] = ("Judges the files on disk", [], null, "application/json", typeof(CheckDocument)),
        ["GET /v1/diff"] = ("What an apply would change", [], null, "application/json", typeof(DiffDocument)),
        ["GET /v1/events"] = (
            "Events of the daemon as server-sent events",
            [Names, "since: sequence of an event; those behind it come first", "follow: false ends the stream with the newest"],
            null, "text/event-stream", typeof(EventDocument)),
        ["GET /v1/logs"] = (
            "The newest output of workers, one JSON document a line",
            [Names, "lines: how many of the newest, 100 by default", "follow: true goes on with what comes"],
            null, "application/x-ndjson", typeof(LogLine)),
        ["GET /v1/openapi.json"] = ("This document", [], null, "application/json", null),
        ["POST /v1/start"] = (
            "Starts workers; undoes a stop", [], typeof(CommandRequest), "application/json", typeof(CommandDocument)),
        ["POST /v1/stop"] = (
            "Stops workers, until they are started or their service's configuration changes", [], typeof(CommandRequest),
            "application/json", typeof(CommandDocument)),
        ["POST /v1/restart"] = ("Starts workers anew", [], typeof(CommandRequest), "application/json", typeof(CommandDocument)),
        ["POST /v1/rollback"] = (
            "Has services become what they were before they were changed last", [], typeof(CommandRequest), "application/json",
            typeof(CommandDocument)),
        ["POST /v1/pause"] = (
            "Has planned restarts begin nothing more", [], typeof(CommandRequest), "application/json", typeof(CommandDocument)),
        ["POST /v1/resume"] = (
            "Has planned restarts go on that were paused or stopped at a failure", [], typeof(CommandRequest), "application/json",
            typeof(CommandDocument)),
        ["POST /v1/reload"] = (
            "Sends workers their service's reload_signal", [], typeof(CommandRequest), "application/json",
            typeof(CommandDocument)),
        ["POST /v1/reset"] = (
            "Has workers that failed forget it: they are stopped", [], typeof(CommandRequest), "application/json",
            typeof(CommandDocument)),
        ["POST /v1/signal"] = ("Sends workers a signal", [], typeof(SignalRequest), "application/json", typeof(CommandDocument)),
        ["POST /v1/services/{name}/scale"] = (
            "Gives a service another number of workers, until its file gives another", [], typeof(ScaleRequest),
            "application/json", typeof(CommandDocument)),
        ["POST /v1/apply"] = (
            "Reads the files again and converges; 422 where they have errors", [], typeof(ApplyRequest), "application/json",
            typeof(ApplyDocument)),
        ["POST /v1/drain"] = (
            "Makes the host not ready for load balancers, and drains all workers after the grace time", [],
            typeof(DrainRequest), "application/json", typeof(CommandDocument)),
        ["POST /v1/undrain"] = (
            "Takes the host back after a drain, and starts its workers", [], typeof(UndrainRequest), "application/json",
            typeof(CommandDocument)),
        ["POST /v1/reexec"] = (
            "Replaces the daemon by the program on disk; 422 if it goes on as before", [], typeof(ReexecRequest),
            "application/json", typeof(ReexecDocument)),
    };

    [Fact]
    public void Document_FromRoutesAndContract_IsTheCommittedFile()
    {
        var text = Document().ToJsonString(new JsonSerializerOptions(JsonSerializerOptions.Default) { WriteIndented = true })
            + "\n";
        Golden.Expect("docs/openapi.json", text);
    }

    private static JsonObject Document()
    {
        var paths = new JsonObject();
        // The test calls no handler.
        var routes = ControlApi.Routes(
            new Queries(null!, null!, ""), new Commands(null!, null!, default), new EventStream(null!, null!, null!, null!),
            new LogStream(null!, null!, null!, null!));
        Assert.Equal(Said.Keys.Order(), routes.Select(route => $"{route.Method} {route.Path}").Order());
        foreach (var route in routes)
        {
            if (!paths.ContainsKey(route.Path)) paths[route.Path] = new JsonObject();
            paths[route.Path]![Lower(route.Method)] = Operation(route);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "reuseportd",
                ["version"] = "1",
                ["description"] = "HTTP over the control socket, /run/reuseportd/control.sock. "
                    + "Members of the group reuseportd, root and the daemon's own user may use it.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(
                    Said.Values.SelectMany(said => new[] { said.Body, said.Document }).OfType<Type>()
                        .Append(typeof(ProblemDocument)).Distinct()
                        .OrderBy(type => type.Name, StringComparer.Ordinal)
                        .Select(
                            type => KeyValuePair.Create(
                                type.Name, (JsonNode?)ContractJson.Default.Options.GetJsonSchemaAsNode(type)))),
            },
        };
    }

    private static JsonObject Operation(Route route)
    {
        var (summary, query, body, answer, document) = Said[$"{route.Method} {route.Path}"];
        var operation = new JsonObject
        {
            ["summary"] = summary,
            ["x-needs"] = Lower(route.Needs.ToString()),
            ["parameters"] = new JsonArray(
            [
                .. route.Path.Contains("{name}", StringComparison.Ordinal)
                    ? [Parameter("name", "path", "The service")]
                    : Array.Empty<JsonObject>(),
                .. query.Select(one => one.Split(": ", 2)).Select(one => Parameter(one[0], "query", one[1])),
            ]),
        };
        if (body is not null) operation["requestBody"] = new JsonObject { ["content"] = Content("application/json", body) };
        operation["responses"] = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = "Done",
                ["content"] = document is null ? new JsonObject { [answer] = new JsonObject() } : Content(answer, document),
            },
            ["default"] = new JsonObject
            {
                ["description"] = "Why it is not served", ["content"] = Content("application/json", typeof(ProblemDocument)),
            },
        };
        return operation;
    }

    private static JsonObject Parameter(string name, string place, string description) => new JsonObject
    {
        ["name"] = name, ["in"] = place, ["required"] = place == "path", ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Content(string form, Type document) =>
        new() { [form] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{document.Name}" } } };

#pragma warning disable CA1308 // OpenAPI's methods are in small letters.
    private static string Lower(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}
