"""Utterances in languages other than English, for personas who would not speak it. A small bank, said to be one."""
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """Utterances of one language by temper: those that let a hurt be felt, warm, dry, careful and long-winded ones."""

    echoes: tuple[str, ...]
    warm: tuple[str, ...]
    dry: tuple[str, ...]
    careful: tuple[str, ...]
    long: tuple[str, ...]


BANK: dict[str, Lines] = {
    "tr": Lines(
        echoes=(
            "Bana ayırmayın, ben zaten kalkıyordum.",
            "Söz verme. Gün söyle.",
            "Önce siz çıkın fotoğrafa, ben çekerim.",
            "Kaç kişiydik biz?",
            "Işığı kapatma. Kimse için değil, dursun.",
            "Bir kere söyledim. Bir daha söylemem.",
            "Bisiklet gelecekti. Neyse.",
        ),
        warm=(
            "Otur, otur. Yemedin sen, o yediğin yemek değil.",
            "Üşümüşsün, sesinden belli.",
            "Al bunu, yolda lazım olur.",
            "Ağla, ama çorba soğumasın.",
            "Bağır istersen, önce paltonu çıkar.",
            "Kapıyı çalma, zaten sen geldin.",
            "Benim evde sandalye bitmez, gel.",
            "İki şeker attım, ikisi de senin.",
        ),
        dry=(
            "Fena değil. Daha kötüsünü de ben yaptım.",
            "Geldim. Baktım. Gittim.",
            "Olur. Perşembe.",
            "Kırık değil, yorgun.",
            "Kim dedi? O dediyse dörde böl.",
            "Haklısın, ama sıkıcı bir haklılık.",
            "Cenaze güzeldi, bir rahmetli eksikti.",
            "Ben saymıyorum. Dokuz oldu.",
        ),
        careful=(
            "Acaba diyorum, yani siz bilirsiniz tabii…",
            "Bir şey soracağım, kızmak yok, olur mu?",
            "Yanlış duymuş olabilirim, öyle mi dediniz?",
            "Rahatsız etmeyeyim, kapının önündeyim sadece.",
            "Belki ben yanlış hatırlıyorum, değil mi?",
            "Söylesem mi, söylemesem mi?",
            "Kusura bakmayın, sandalyeniz ayağımın üstünde galiba.",
        ),
        long=(
            "Şimdi bunu anlatırım ama önce karşı komşuyu bilmen lazım, yoksa hiçbir şeyin tadı çıkmaz.",
            "Ben o gün dolmuşta ayakta gidiyorum, elimde balık, cebimde anahtar, kafamda da senin bu lafın.",
            "Rahmetli dayım derdi ki, tam hatırlamıyorum ne derdi ama çok doğru bir şeydi.",
            "Yağmur yağıyordu, bak bu önemli, yağmasaydı o saçağın altında o adamla hiç konuşmazdım.",
            "Kısa anlatayım diyorum, her seferinde araya bir düğün giriyor, kusuru bende bulma.",
            "Sen şimdi bana nasılsın diye sordun ya, ben o soruya üç gündür hazırlanıyorum.",
        ),
    ),
    "es": Lines(
        echoes=(
            "No me guarden plato, yo ya me iba.",
            "No me digas pronto. Dime un día.",
            "Poneos vosotros, que la foto la hago yo.",
            "¿Cuántos éramos al entrar?",
            "Deja esa luz. Para nadie, déjala.",
            "Lo digo una vez y lo apunto.",
            "Iba a venir una bicicleta. En fin.",
        ),
        warm=(
            "Siéntate ahí no, que cojea. Ahí.",
            "Come primero y luego me mientes.",
            "Tienes frío en la voz, ponte algo.",
            "Grita lo que quieras, pero quítate el abrigo.",
            "Llévate dos, que he contado mal a propósito.",
            "Ven, que aquí sobra silla.",
            "Llora tranquilo, la sopa espera.",
            "¿Has llamado a tu hermana o la llamo yo?",
        ),
        dry=(
            "Vine. Miré. Me fui.",
            "No está roto. Está cansado.",
            "Bonito entierro. Faltaba él.",
            "No llevo la cuenta. Van nueve.",
            "Tienes razón, y mira qué poco luce.",
            "El jueves. Antes no.",
            "Eso no es pena, eso es hambre.",
            "Se fue. Quedó sitio para planchar.",
        ),
        careful=(
            "¿Le importaría que yo, bueno, si no es molestia…?",
            "A lo mejor oí mal, ¿dijo usted siempre?",
            "¿Puedo preguntar una cosa pequeña?",
            "Igual es cosa mía, casi siempre es cosa mía.",
            "Perdone, creo que su silla está encima de mi pie.",
            "¿Lo digo o lo dejo para la escalera?",
            "No quisiera equivocarme, ¿era aquí?",
        ),
        long=(
            "Te lo cuento, pero antes tienes que saber lo del vecino, porque si no esto no se entiende ni tiene gracia.",
            "Iba yo con un pescado en cada mano, el mismo invierno que perdimos las llaves, y sin nadie a quien llamar.",
            "Llovía, y eso importa, porque si no llueve yo no me meto debajo de aquel toldo con aquella gente.",
            "Mi tía, la del loro, no la que tú piensas, nunca cerró esa puerta con llave y ya ves tú.",
            "Podría contarlo más corto, pero entonces sólo sabrías lo que pasó y nada de lo que llevaban puesto.",
            "Me preguntas cómo estoy y yo llevo tres días preparando la respuesta delante de la nevera.",
        ),
    ),
    "fr": Lines(
        echoes=(
            "Ne vous levez pas, j'étais déjà parti.",
            "Ne dites pas bientôt. Dites un jour.",
            "Mettez-vous ensemble, c'est moi qui la prends.",
            "On était combien, en entrant ?",
            "Laissez la lumière. Pour personne. Laissez.",
            "Je le dis une fois, et je note l'heure.",
            "Il devait y avoir un vélo. Passons.",
        ),
        warm=(
            "Assieds-toi. Pas là, elle boite. Là.",
            "Mange d'abord, tu mentiras après.",
            "Tu as froid, ça s'entend.",
            "Crie si tu veux, mais enlève ton manteau.",
            "Prends-en deux, j'ai mal compté exprès.",
            "Pleure, la soupe a l'habitude.",
            "Tu as appelé ta sœur, ou je m'en charge ?",
            "Viens, des chaises, il y en a toujours.",
        ),
        dry=(
            "Venu. Vu. Reparti.",
            "Ce n'est pas cassé. C'est fatigué.",
            "Bel enterrement. Il y manquait lui.",
            "Je ne compte pas. Ça fait neuf.",
            "Vous avez raison, et c'est bien dommage.",
            "Jeudi. Pas avant.",
            "Il est parti. Ça fait de la place.",
            "Ce n'est pas du chagrin, c'est du courrier en retard.",
        ),
        careful=(
            "Je ne voudrais pas, enfin, si ça ne dérange pas…",
            "J'ai peut-être mal entendu, vous avez dit toujours ?",
            "Je peux poser une petite question ?",
            "C'est sûrement moi. C'est presque toujours moi.",
            "Pardon, je crois que votre chaise est sur mon pied.",
            "Je le dis maintenant, ou dans l'escalier ?",
            "Ce serait affreux, si j'avais un avis ?",
        ),
        long=(
            "Je vous raconte, mais il faut d'abord que vous connaissiez le voisin, sinon l'histoire n'a ni queue ni parapluie.",
            "J'étais là, un poisson dans chaque main, l'hiver où on a perdu les clés, et personne à appeler.",
            "Il pleuvait, et ça compte, parce que sans la pluie je ne serais jamais resté sous cet auvent avec ces gens-là.",
            "Ma tante, celle au perroquet, pas celle à qui vous pensez, n'a jamais fermé cette porte, et voilà le résultat.",
            "Je pourrais faire plus court, mais alors vous sauriez seulement ce qui s'est passé.",
            "Vous me demandez comment je vais, et moi ça fait trois jours que je prépare la réponse.",
        ),
    ),
    "de": Lines(
        echoes=(
            "Lasst nur, ich wollte sowieso gerade gehen.",
            "Sag nicht bald. Sag einen Tag.",
            "Stellt euch hin, ich mach das Bild.",
            "Wie viele waren wir beim Reingehen?",
            "Lass das Licht an. Für niemanden. Einfach an.",
            "Ich sag es einmal, und dann schreib ich die Uhrzeit dazu.",
            "Es sollte ein Fahrrad geben. Na ja.",
        ),
        warm=(
            "Setz dich. Nicht da, der wackelt. Da.",
            "Iss erst, lügen kannst du nachher.",
            "Dir ist kalt, das hör ich doch.",
            "Schrei ruhig, aber zieh den Mantel aus.",
            "Nimm zwei, ich hab mich absichtlich verzählt.",
            "Heul nur, die Suppe kennt das.",
            "Hast du deine Schwester angerufen, oder muss ich?",
            "Komm, Stühle gehen hier nie aus.",
        ),
        dry=(
            "Gekommen. Angeschaut. Gegangen.",
            "Nicht kaputt. Müde.",
            "Schöne Beerdigung. Nur er fehlte.",
            "Ich zähl nicht mit. Es sind neun.",
            "Sie haben recht, und schön ist das nicht.",
            "Donnerstag. Vorher nicht.",
            "Er ist weg. Jetzt passt das Bügelbrett.",
            "Das ist kein Kummer, das ist Montag.",
        ),
        careful=(
            "Ich wollte nur, also, wenn es keine Umstände macht…",
            "Vielleicht hab ich mich verhört, sagten Sie immer?",
            "Darf ich was Kleines fragen?",
            "Liegt bestimmt an mir. Meistens liegt es an mir.",
            "Verzeihung, ich glaube, Ihr Stuhl steht auf meinem Fuß.",
            "Sag ich es jetzt oder erst auf der Treppe?",
            "Wäre es schlimm, wenn ich eine Meinung hätte?",
        ),
        long=(
            "Ich erzähl dir das, aber vorher musst du wissen, wie das mit dem Nachbarn war, sonst hat es keinen Boden.",
            "Da steh ich also, in jeder Hand einen Fisch, im selben Winter, als die Schlüssel weg waren, und niemand zum Anrufen.",
            "Es hat geregnet, und das ist wichtig, denn sonst hätt ich mich nie mit diesen Leuten unter dieses Vordach gestellt.",
            "Meine Tante, die mit dem Papagei, nicht die, an die du denkst, hat diese Tür nie abgeschlossen, und bitte.",
            "Kürzer ginge es schon, aber dann wüsstest du bloß, was passiert ist, und sonst gar nichts.",
            "Du fragst, wie es mir geht, und ich bereite seit drei Tagen die Antwort vor.",
        ),
    ),
    "it": Lines(
        echoes=(
            "Non apparecchiate per me, stavo già andando.",
            "Non dirmi presto. Dimmi un giorno.",
            "Mettetevi in posa, la foto la faccio io.",
            "Quanti eravamo, all'entrata?",
            "Lascia accesa la luce. Per nessuno. Accesa.",
            "Lo dico una volta e poi me lo segno.",
            "Doveva arrivare una bicicletta. Va be'.",
        ),
        warm=(
            "Siediti. Lì no, che balla. Lì.",
            "Prima mangia, poi mi racconti le bugie.",
            "Hai freddo, si sente dalla voce.",
            "Urla pure, ma togliti il cappotto.",
            "Prendine due, ho contato male apposta.",
            "Piangi tranquillo, il brodo aspetta.",
            "Hai chiamato tua sorella o la chiamo io?",
            "Vieni, qui le sedie non finiscono mai.",
        ),
        dry=(
            "Venuto. Visto. Andato.",
            "Non è rotto. È stanco.",
            "Bel funerale. Mancava lui.",
            "Io non conto. Sono nove.",
            "Ha ragione, e guardi che soddisfazione.",
            "Giovedì. Prima no.",
            "Se n'è andato. Ora ci sta l'asse da stiro.",
            "Questo non è dolore, è posta arretrata.",
        ),
        careful=(
            "Io non vorrei, cioè, se non disturbo…",
            "Forse ho capito male, ha detto sempre?",
            "Posso chiedere una cosa piccola?",
            "Sarò io. Di solito sono io.",
            "Scusi, credo che la sua sedia sia sul mio piede.",
            "Lo dico adesso o lo lascio per le scale?",
            "Sarebbe grave se avessi un'opinione?",
        ),
        long=(
            "Te lo racconto, ma prima devi sapere la faccenda del vicino, se no la storia non sta in piedi.",
            "Ero lì con un pesce per mano, lo stesso inverno delle chiavi perse, e nessuno da chiamare.",
            "Pioveva, e questo conta, perché altrimenti sotto quella tenda con quella gente io non ci sarei mai finito.",
            "Mia zia, quella del pappagallo, non quella che pensi tu, quella porta non l'ha mai chiusa, e guarda.",
            "Potrei farla più corta, ma allora sapresti soltanto quello che è successo e nient'altro.",
            "Mi chiedi come sto, e io sono tre giorni che preparo la risposta davanti al frigo.",
        ),
    ),
    "pt": Lines(
        echoes=(
            "Não guardem prato, eu já estava de saída.",
            "Não diga logo. Diga um dia.",
            "Fiquem juntos, a foto tiro eu.",
            "Quantos éramos na entrada?",
            "Deixa a luz acesa. Para ninguém. Deixa.",
            "Digo uma vez e anoto a hora.",
            "Era para vir uma bicicleta. Enfim.",
        ),
        warm=(
            "Senta. Aí não, que balança. Ali.",
            "Come primeiro, mente depois.",
            "Estás com frio, ouve-se na voz.",
            "Grita à vontade, mas tira o casaco.",
            "Leva dois, contei mal de propósito.",
            "Chora, que a sopa espera.",
            "Ligaste à tua irmã ou ligo eu?",
            "Vem, cadeira aqui nunca falta.",
        ),
        dry=(
            "Vim. Olhei. Fui.",
            "Não está partido. Está cansado.",
            "Bonito enterro. Faltava ele.",
            "Não estou a contar. São nove.",
            "Tem razão, e veja que pouco adianta.",
            "Quinta. Antes não.",
            "Foi embora. Ficou espaço para a tábua de passar.",
            "Isso não é mágoa, é correio atrasado.",
        ),
        careful=(
            "Eu não queria, quer dizer, se não incomodar…",
            "Talvez tenha ouvido mal, disse sempre?",
            "Posso perguntar uma coisa pequena?",
            "Deve ser de mim. Quase sempre é de mim.",
            "Desculpe, acho que a sua cadeira está no meu pé.",
            "Digo agora ou deixo para a escada?",
            "Seria muito mau eu ter uma opinião?",
        ),
        long=(
            "Eu conto, mas primeiro é preciso saber do vizinho, senão a história não se aguenta em pé.",
            "Estava eu com um peixe em cada mão, no mesmo inverno das chaves perdidas, e ninguém a quem ligar.",
            "Chovia, e isso importa, porque sem chuva eu nunca ficava debaixo daquele toldo com aquela gente.",
            "A minha tia, a do papagaio, não a que está a pensar, nunca trancou aquela porta, e veja.",
            "Podia contar mais curto, mas então só ficava a saber o que aconteceu e mais nada.",
            "Pergunta-me como estou, e eu há três dias que preparo a resposta.",
        ),
    ),
}


def lines_in(language: str) -> Lines | None:
    """The bank of a language (BCP 47), or None where there is none and English stands in."""
    return BANK.get(language.split("-")[0])
