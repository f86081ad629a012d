#!/usr/bin/env escript
%% A web server with one process for each connection.
-mode(compile).

main([Port]) ->
    Options = [{ip, {127, 0, 0, 1}}, {packet, http_bin}, {active, false}, {reuseaddr, true}, {backlog, 1024}],
    {ok, Listener} = gen_tcp:listen(list_to_integer(Port), Options),
    accept(Listener).

accept(Listener) ->
    {ok, Client} = gen_tcp:accept(Listener),
    Server = spawn(fun() -> receive serve -> serve(Client) end end),
    ok = gen_tcp:controlling_process(Client, Server),
    Server ! serve,
    accept(Listener).

%% Reads to the end of the header, answers once, and closes.
serve(Client) ->
    case gen_tcp:recv(Client, 0, 10000) of
        {ok, http_eoh} ->
            Body = io_lib:format("worker ~s pid ~s~n", [os:getenv("REUSEPORT_WORKER"), os:getpid()]),
            Head = io_lib:format(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ~b\r\nConnection: close\r\n\r\n",
                [iolist_size(Body)]),
            gen_tcp:send(Client, [Head, Body]),
            gen_tcp:close(Client);
        {ok, _} ->
            serve(Client);
        {error, _} ->
            gen_tcp:close(Client)
    end.
