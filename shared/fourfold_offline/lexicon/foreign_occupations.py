"""Occupations in languages other than English, by trade, with the gender a form tells where a language tells one."""

from __future__ import annotations

from fourfold_offline.grammar import Gender

# One line a language and trade: titles at `|`; "he/she" forms at a slash, either side of which may be missing.
_LINES = """\
tr care: hemşire|doktor|ebe|eczacı|diş hekimi|veteriner|psikolog|bakıcı|hasta bakıcı|cerrah|fizyoterapist
tr teaching: öğretmen|kütüphaneci|profesör|öğretim görevlisi|okul müdürü|akademisyen|arkeolog
tr sea: balıkçı|kaptan|gemici|denizci|pilot|kurye|postacı|hostes
tr sea: taksi şoförü|otobüs şoförü|kamyon şoförü|dolmuş şoförü|şoför|taksici|minibüsçü|makinist|vapur kaptanı
tr kitchen: fırıncı|aşçı|garson|pastacı|kasap|kahveci|çaycı|lokantacı|simitçi|barista|dönerci|ahçı
tr law: avukat|hâkim|hakim|yargıç|savcı|noter
tr science: mühendis|bilim insanı|fizikçi|kimyager|biyolog|jeolog|laborant|matematikçi
tr software: yazılımcı|yazılım mühendisi|girişimci|programcı|veri bilimci|oyun tasarımcısı|kurucu
tr land: çiftçi|çoban|arıcı|bahçıvan|çiçekçi|bağcı|ormancı|ziraat mühendisi
tr building: terzi|marangoz|mimar|saatçi|tesisatçı|elektrikçi|inşaat işçisi|duvarcı|demirci|kaynakçı|ayakkabıcı|tamirci|boyacı|madenci|işçi|kuyumcu|halı dokumacısı|çömlekçi
tr press: gazeteci|çevirmen|tercüman|editör|muhabir
tr faith: imam|müezzin|papaz
tr uniform: asker|polis|itfaiyeci|bekçi|güvenlik görevlisi|dedektif|komiser
tr school: öğrenci|üniversite öğrencisi|çırak
tr idle: emekli|işsiz
tr stage: ressam|yazar|müzisyen|şarkıcı|oyuncu|tiyatrocu|şair|fotoğrafçı|heykeltıraş|dansçı
tr money: muhasebeci|bankacı|sigortacı|iş insanı|emlakçı
tr shop: bakkal|berber|kuaför|esnaf|manav|kitapçı|sahaf|pazarcı|tezgâhtar|kapıcı|temizlikçi|sekreter|antikacı|ev hanımı
tr politics: memur|belediye başkanı|muhtar|diplomat|siyasetçi
tr sport: futbolcu|antrenör|güreşçi|rehber
es care: enfermero/enfermera|médico/médica|doctor/doctora|/matrona|/comadrona|farmacéutico/farmacéutica|dentista|veterinario/veterinaria|psicólogo/psicóloga|trabajador social/trabajadora social|cuidador/cuidadora|cirujano/cirujana
es teaching: maestro/maestra|profesor/profesora|bibliotecario/bibliotecaria|arqueólogo/arqueóloga|historiador/historiadora
es sea: pescador/pescadora|marinero/marinera|taxista|camionero/camionera|conductor de autobús/conductora de autobús|conductor/conductora|capitán/capitana|piloto|cartero/cartera|chófer|repartidor/repartidora|farero/
es kitchen: panadero/panadera|cocinero/cocinera|camarero/camarera|carnicero/carnicera|pastelero/pastelera|mesero/mesera|dueño de un bar/dueña de un bar|pescadero/pescadera
es law: abogado/abogada|juez/jueza|notario/notaria|fiscal
es science: ingeniero/ingeniera|científico/científica|biólogo/bióloga|físico/física|químico/química|astrónomo/astrónoma
es software: programador/programadora|emprendedor/emprendedora|informático/informática|desarrollador/desarrolladora
es land: campesino/campesina|agricultor/agricultora|pastor/pastora|jardinero/jardinera|apicultor/apicultora|ganadero/ganadera|florista|viticultor/viticultora
es press: periodista|traductor/traductora|intérprete|editor/editora|locutor/locutora
es faith: cura/|/monja|sacerdote/|pastor evangélico/|monje/
es uniform: policía|soldado|bombero/bombera|detective|guardia de seguridad|militar
es school: estudiante|alumno/alumna|aprendiz
es stage: pintor/pintora|escritor/escritora|músico/música de calle|actor/actriz|cantante|bailarín/bailarina|poeta|fotógrafo/fotógrafa|guitarrista|escultor/escultora
es money: contable|contador/contadora|banquero/banquera|empresario/empresaria
es shop: peluquero/peluquera|barbero/|tendero/tendera|librero/librera|vendedor/vendedora|limpiador/limpiadora|portero/portera|/ama de casa|recepcionista|secretario/secretaria
es building: carpintero/carpintera|albañil|arquitecto/arquitecta|fontanero/fontanera|electricista|mecánico/mecánica|sastre/|modisto/modista|costurero/costurera|relojero/relojera|zapatero/zapatera|minero/minera|obrero/obrera|plomero/plomera|soldador/soldadora
es sport: futbolista|boxeador/boxeadora|torero/torera|entrenador/entrenadora
es politics: alcalde/alcaldesa|diplomático/diplomática|activista|funcionario/funcionaria|político/política
es idle: jubilado/jubilada|pensionista
fr care: infirmier/infirmière|médecin|/sage-femme|pharmacien/pharmacienne|dentiste|vétérinaire|psychologue|aide-soignant/aide-soignante|chirurgien/chirurgienne|assistant social/assistante sociale|kinésithérapeute
fr teaching: instituteur/institutrice|professeur/professeure|prof|enseignant/enseignante|bibliothécaire|historien/historienne
fr sea: pêcheur/pêcheuse|marin|chauffeur de taxi/chauffeuse de taxi|chauffeur de bus/chauffeuse de bus|chauffeur routier/|conducteur de train/conductrice de train|facteur/factrice|capitaine|pilote|livreur/livreuse|gardien de phare/gardienne de phare|hôtesse de l'air
fr kitchen: boulanger/boulangère|cuisinier/cuisinière|serveur/serveuse|boucher/bouchère|pâtissier/pâtissière|fromager/fromagère|restaurateur/restauratrice|barman/barmaid|poissonnier/poissonnière|caviste
fr law: avocat/avocate|juge|notaire|procureur/procureure|greffier/greffière
fr science: ingénieur/ingénieure|chercheur/chercheuse|biologiste|physicien/physicienne|chimiste|astronome
fr software: informaticien/informaticienne|développeur/développeuse|programmeur/programmeuse|entrepreneur/entrepreneuse
fr land: agriculteur/agricultrice|paysan/paysanne|berger/bergère|jardinier/jardinière|apiculteur/apicultrice|vigneron/vigneronne|fleuriste|éleveur/éleveuse
fr press: journaliste|traducteur/traductrice|interprète|éditeur/éditrice
fr faith: prêtre/|curé/|/religieuse|moine/|imam/|pasteur/pasteure
fr uniform: policier/policière|soldat/soldate|pompier/pompière|gendarme|gardien de nuit/gardienne de nuit|militaire|détective
fr school: étudiant en médecine/étudiante en médecine|étudiant/étudiante|lycéen/lycéenne|apprenti/apprentie|écolier/écolière
fr stage: peintre|écrivain/écrivaine|musicien/musicienne|comédien/comédienne|acteur/actrice|chanteur/chanteuse|danseur/danseuse|poète/poétesse|photographe|sculpteur/sculptrice|romancier/romancière
fr money: comptable|banquier/banquière|assureur/
fr shop: coiffeur/coiffeuse|libraire|épicier/épicière|vendeur/vendeuse|caissier/caissière|concierge|réceptionniste|secrétaire|brocanteur/brocanteuse|antiquaire
fr building: menuisier/menuisière|architecte|plombier/plombière|électricien/électricienne|maçon/maçonne|mécanicien/mécanicienne|horloger/horlogère|couturier/couturière|cordonnier/cordonnière|mineur de fond/|ouvrier/ouvrière|charpentier/charpentière|ébéniste|tailleur/
fr sport: footballeur/footballeuse|boxeur/boxeuse|entraîneur/entraîneuse
fr politics: maire|diplomate|militant/militante|fonctionnaire|député/députée
fr idle: retraité/retraitée
de care: krankenpfleger/krankenschwester|arzt/ärztin|/hebamme|apotheker/apothekerin|zahnarzt/zahnärztin|tierarzt/tierärztin|psychologe/psychologin|sozialarbeiter/sozialarbeiterin|altenpfleger/altenpflegerin|pfleger/pflegerin|chirurg/chirurgin|bestatter/bestatterin
de teaching: lehrer/lehrerin|bibliothekar/bibliothekarin|grundschullehrer/grundschullehrerin|professor/professorin|erzieher/erzieherin|historiker/historikerin
de sea: fischer/fischerin|busfahrer/busfahrerin|taxifahrer/taxifahrerin|lkw-fahrer/lkw-fahrerin|lokführer/lokführerin|kapitän/kapitänin|pilot/pilotin|briefträger/briefträgerin|seemann/|matrose/|leuchtturmwärter/leuchtturmwärterin
de kitchen: bäcker/bäckerin|koch/köchin|kellner/kellnerin|metzger/metzgerin|fleischer/|konditor/konditorin|wirt/wirtin|brauer/brauerin
de law: anwalt/anwältin|rechtsanwalt/rechtsanwältin|richter/richterin|notar/notarin|staatsanwalt/staatsanwältin
de science: ingenieur/ingenieurin|wissenschaftler/wissenschaftlerin|physiker/physikerin|chemiker/chemikerin|biologe/biologin|astronom/astronomin
de software: programmierer/programmiererin|softwareentwickler/softwareentwicklerin|informatiker/informatikerin|gründer/gründerin|unternehmer/unternehmerin
de land: bauer/bäuerin|schäfer/schäferin|gärtner/gärtnerin|imker/imkerin|winzer/winzerin|förster/försterin|florist/floristin|landwirt/landwirtin
de press: journalist/journalistin|übersetzer/übersetzerin|dolmetscher/dolmetscherin|redakteur/redakteurin
de faith: pfarrer/pfarrerin|priester/|/nonne|mönch/
de uniform: polizist/polizistin|soldat/soldatin|feuerwehrmann/feuerwehrfrau|nachtwächter/nachtwächterin|kommissar/kommissarin
de school: student/studentin|schüler/schülerin|lehrling|azubi
de stage: maler/malerin|schriftsteller/schriftstellerin|musiker/musikerin|schauspieler/schauspielerin|sänger/sängerin|tänzer/tänzerin|dichter/dichterin|fotograf/fotografin|bildhauer/bildhauerin
de money: buchhalter/buchhalterin|bankangestellter/bankangestellte|banker/bankerin|steuerberater/steuerberaterin
de shop: friseur/friseurin|verkäufer/verkäuferin|buchhändler/buchhändlerin|kassierer/kassiererin|hausmeister/hausmeisterin|sekretär/sekretärin|/hausfrau|/putzfrau
de building: tischler/tischlerin|uhrmacher/uhrmacherin|architekt/architektin|klempner/klempnerin|elektriker/elektrikerin|maurer/maurerin|mechaniker/mechanikerin|schneider/schneiderin|schuster/schusterin|bergmann/|zimmermann/|dachdecker/dachdeckerin|schreiner/schreinerin|schlosser/schlosserin
de sport: fußballer/fußballerin|boxer/boxerin|trainer/trainerin|bergführer/bergführerin
de politics: bürgermeister/bürgermeisterin|beamter/beamtin|diplomat/diplomatin
de idle: rentner/rentnerin
it care: infermiere/infermiera|medico|dottore/dottoressa|/ostetrica|farmacista|dentista|veterinario/veterinaria|psicologo/psicologa|assistente sociale|chirurgo/chirurga|badante
it teaching: maestro/maestra|insegnante|professore/professoressa|bibliotecario/bibliotecaria|archeologo/archeologa
it sea: pescatore/pescatrice|tassista|autista di autobus|autista|camionista|capitano|pilota|postino/postina|marinaio/|ferroviere|gondoliere/|guardiano del faro
it kitchen: fornaio/fornaia|panettiere/panettiera|cuoco/cuoca|cameriere/cameriera|macellaio/macellaia|pasticcere/pasticcera|barista|oste/ostessa|pizzaiolo/pizzaiola|gelataio/gelataia|pescivendolo/pescivendola
it law: avvocato/avvocata|giudice|notaio/notaia|magistrato/magistrata
it science: ingegnere|scienziato/scienziata|biologo/biologa|fisico/fisica|chimico/chimica|astronomo/astronoma
it software: programmatore/programmatrice|sviluppatore/sviluppatrice|imprenditore/imprenditrice|informatico/informatica
it land: contadino/contadina|pastore/|giardiniere/giardiniera|apicoltore/apicoltrice|viticoltore/viticoltrice|fioraio/fioraia|agricoltore/agricoltrice
it press: giornalista|traduttore/traduttrice|interprete|redattore/redattrice
it faith: prete/|/suora|frate/|parroco/|sacerdote/
it uniform: poliziotto/poliziotta|soldato/soldatessa|pompiere|carabiniere/|vigile|guardiano notturno/|investigatore/investigatrice
it school: studente/studentessa|apprendista|liceale
it stage: pittore/pittrice|scrittore/scrittrice|musicista|attore/attrice|cantante|ballerino/ballerina|poeta/poetessa|fotografo/fotografa|scultore/scultrice
it money: contabile|ragioniere/ragioniera|bancario/bancaria|commercialista
it shop: parrucchiere/parrucchiera|barbiere/|libraio/libraia|commesso/commessa|portinaio/portinaia|negoziante|/casalinga|segretario/segretaria|antiquario/antiquaria
it building: falegname|orologiaio/|architetto/architetta|idraulico/idraulica|elettricista|muratore/|meccanico/meccanica|sarto/sarta|calzolaio/calzolaia|minatore/|operaio/operaia|saldatore/saldatrice|liutaio/liutaia
it sport: calciatore/calciatrice|pugile|allenatore/allenatrice
it politics: sindaco/sindaca|diplomatico/diplomatica|attivista|impiegato comunale/impiegata comunale
it idle: pensionato/pensionata
pt care: enfermeiro/enfermeira|médico/médica|/parteira|farmacêutico/farmacêutica|dentista|veterinário/veterinária|psicólogo/psicóloga|assistente social|cuidador/cuidadora|cirurgião/cirurgiã
pt teaching: professor/professora|bibliotecário/bibliotecária|historiador/historiadora|diretor de escola/diretora de escola
pt sea: pescador/pescadora|taxista|motorista de ônibus|motorista|caminhoneiro/caminhoneira|capitão/capitã|piloto|carteiro/carteira|marinheiro/marinheira|faroleiro/
pt kitchen: padeiro/padeira|cozinheiro/cozinheira|garçom/garçonete|açougueiro/açougueira|confeiteiro/confeiteira|peixeiro/peixeira|dono de bar/dona de bar
pt law: advogado/advogada|juiz/juíza|promotor/promotora|notário/notária
pt science: engenheiro/engenheira|cientista|biólogo/bióloga|físico/física|químico/química
pt software: programador/programadora|desenvolvedor/desenvolvedora|empreendedor/empreendedora|empresário/empresária
pt land: agricultor/agricultora|camponês/camponesa|pastor de ovelhas/pastora de ovelhas|jardineiro/jardineira|apicultor/apicultora|florista|vaqueiro/
pt press: jornalista|tradutor/tradutora|intérprete|editor/editora
pt faith: padre/|/freira|pastor/pastora|monge/
pt uniform: policial|polícia|soldado|bombeiro/bombeira|vigia|segurança|detetive|delegado/delegada
pt school: estudante|aluno/aluna|aprendiz
pt stage: pintor/pintora|escritor/escritora|músico/musicista|ator/atriz|cantor/cantora|bailarino/bailarina|poeta/poetisa|fotógrafo/fotógrafa|sambista|fadista
pt money: contador/contadora|contabilista|bancário/bancária
pt shop: cabeleireiro/cabeleireira|barbeiro/|vendedor/vendedora|livreiro/livreira|porteiro/porteira|faxineiro/faxineira|camelô|/dona de casa|secretário/secretária|recepcionista
pt building: carpinteiro/carpinteira|arquiteto/arquiteta|pedreiro/|encanador/encanadora|eletricista|mecânico/mecânica|alfaiate/|costureiro/costureira|relojoeiro/relojoeira|sapateiro/sapateira|mineiro de carvão/|operário/operária|soldador/soldadora
pt sport: jogador de futebol/jogadora de futebol|boxeador/boxeadora|treinador/treinadora
pt politics: prefeito/prefeita|diplomata|ativista|funcionário público/funcionária pública
pt idle: aposentado/aposentada|reformado/reformada
ru care: медбрат/медсестра|врач|/акушерка|фармацевт|стоматолог|ветеринар|психолог|хирург|фельдшер|социальный работник|/сиделка
ru teaching: учитель/учительница|библиотекарь|преподаватель/преподавательница|профессор|воспитатель/воспитательница|историк
ru sea: рыбак/рыбачка|водитель автобуса|таксист/таксистка|дальнобойщик|водитель|капитан|лётчик/лётчица|моряк|почтальон|машинист/|смотритель маяка|проводник/проводница
ru kitchen: пекарь|повар/повариха|официант/официантка|мясник|кондитер|бармен/барменша|буфетчик/буфетчица
ru law: адвокат|судья|нотариус|прокурор|следователь
ru science: инженер|учёный|физик|химик|биолог|астроном|геолог
ru software: программист/программистка|разработчик|предприниматель/предпринимательница|основатель/основательница
ru land: фермер|пастух|садовник|пчеловод|лесник|флорист/флористка|егерь|доярка
ru press: журналист/журналистка|переводчик/переводчица|редактор
ru faith: священник/|/монахиня|монах/|имам/
ru uniform: полицейский|солдат/|пожарный|сторож|охранник|военный|детектив
ru school: студент/студентка|школьник/школьница|ученик/ученица
ru stage: художник/художница|писатель/писательница|музыкант|актёр/актриса|певец/певица|танцор/танцовщица|поэт/поэтесса|фотограф|скульптор|пианист/пианистка|скрипач/скрипачка
ru money: бухгалтер|банкир|бизнесмен/бизнесвумен
ru shop: парикмахер/парикмахерша|продавец/продавщица|уборщик/уборщица|дворник|кассир/кассирша|секретарь/секретарша|/домохозяйка|вахтёр/вахтёрша
ru building: плотник|архитектор|сантехник|электрик|каменщик|механик|портной/портниха|сапожник|шахтёр|часовщик|сварщик/сварщица|столяр|строитель|слесарь|/швея
ru sport: футболист/футболистка|боксёр|тренер|шахматист/шахматистка
ru politics: мэр|чиновник/чиновница|дипломат|активист/активистка
ru idle: пенсионер/пенсионерка
ja care: 看護師|医者|医師|助産師|薬剤師|歯科医|獣医|介護士|心理士|外科医|保育士
ja teaching: 小学校教師|高校教師|教師|先生|司書|教授|図書館員|考古学者|塾講師
ja sea: 漁師|タクシー運転手|バス運転手|トラック運転手|運転手|電車運転士|船長|船乗り|パイロット|郵便配達員|配達員|灯台守|海女|客室乗務員
ja kitchen: パン職人|料理人|寿司職人|ラーメン屋|居酒屋の店主|板前|シェフ|パティシエ|バーテンダー|豆腐屋|和菓子職人|肉屋|魚屋|バリスタ|杜氏
ja law: 弁護士|裁判官|検察官|公証人
ja science: 科学者|物理学者|天文学者|研究者|技術者|生物学者
ja software: エンジニア|プログラマー|起業家|ゲームデザイナー
ja land: 農家|農夫|庭師|養蜂家|花屋|酪農家|林業|羊飼い
ja press: 記者|翻訳家|通訳|編集者|ジャーナリスト
ja faith: 僧侶|神主|神父|住職|尼僧
ja uniform: 警察官|刑事|消防士|警備員|自衛官|兵士|探偵
ja school: 大学生|高校生|中学生|小学生|学生|見習い
ja stage: 画家|作家|小説家|俳優|女優|歌手|音楽家|ピアニスト|写真家|詩人|落語家|漫画家|書道家|ダンサー|調律師
ja money: 会計士|銀行員|税理士|経理
ja shop: 会社員|美容師|理容師|床屋|古本屋の店主|店主|店員|清掃員|主婦|受付|秘書|管理人
ja building: 大工|時計職人|建築家|配管工|電気工|陶芸家|鍛冶職人|仕立屋|靴職人|整備士|左官|溶接工|畳職人|刀鍛冶|炭鉱夫|職人
ja sport: 力士|野球選手|サッカー選手|柔道家|コーチ|棋士
ja politics: 市長|公務員|外交官|政治家|活動家
zh care: 护士|医生|助产士|药剂师|牙医|兽医|心理医生|社工|外科医生|护工
zh teaching: 老师|教师|教授|图书管理员|校长|考古学家
zh sea: 渔民|渔夫|出租车司机|公交车司机|卡车司机|司机|船长|水手|飞行员|快递员|邮递员|外卖员|灯塔看守人
zh kitchen: 面包师|厨师|服务员|屠夫|糕点师|咖啡师|面馆老板|餐馆老板|茶艺师
zh law: 律师|法官|检察官|公证员
zh science: 工程师|科学家|物理学家|化学家|天文学家|研究员|数学家
zh software: 程序员|创业者|创始人|软件工程师|产品经理
zh land: 农民|牧羊人|园丁|养蜂人|花店老板|茶农|护林员
zh press: 记者|翻译|编辑
zh faith: 和尚|尼姑|道士|牧师|神父
zh uniform: 警察|士兵|消防员|保安|军人|侦探
zh school: 大学生|高中生|小学生|学生|学徒
zh stage: 画家|作家|演员|歌手|音乐家|钢琴家|摄影师|诗人|舞蹈家|书法家
zh money: 会计|银行职员|商人
zh shop: 理发师|店主|售货员|清洁工|保姆|裁缝店老板|书店老板|家庭主妇|秘书|收银员
zh building: 木匠|建筑师|水管工|电工|泥瓦匠|机械师|裁缝|鞋匠|矿工|钟表匠|焊工|工人|铁匠
zh sport: 足球运动员|拳击手|教练|棋手
zh politics: 市长|公务员|外交官|村长|活动家
zh idle: 退休工人
ko care: 간호사|의사|조산사|약사|치과의사|수의사|사회복지사|요양보호사|외과의사
ko teaching: 선생님|교사|교수|사서
ko sea: 어부|택시 기사|버스 기사|트럭 기사|선장|선원|조종사|택배 기사|우체부|해녀
ko kitchen: 제빵사|요리사|바리스타|정육점 주인|포장마차 주인|식당 주인|바텐더
ko law: 변호사|판사|검사
ko science: 과학자|엔지니어|연구원
ko software: 개발자|프로그래머|창업자
ko land: 농부|정원사|양봉가|꽃집 주인
ko press: 기자|번역가|통역사|편집자
ko faith: 스님|목사|신부|수녀
ko uniform: 경찰|소방관|군인|경비원|형사
ko school: 대학생|고등학생|중학생|학생
ko stage: 화가|작가|배우|가수|음악가|피아니스트|사진작가|시인
ko money: 회계사|은행원
ko shop: 회사원|미용사|이발사|가게 주인|청소부|주부
ko building: 목수|건축가|배관공|전기기사|재봉사|시계수리공|광부|정비사
ar care: ممرض/ممرضة|طبيب/طبيبة|/قابلة|صيدلي/صيدلانية|طبيب أسنان/طبيبة أسنان|بيطري/بيطرية|عامل اجتماعي/عاملة اجتماعية|أخصائي اجتماعي/أخصائية اجتماعية|جراح/جراحة|مسعف/مسعفة
ar teaching: معلم/معلمة|مدرس/مدرسة لغة|أستاذ/أستاذة|أمين مكتبة/أمينة مكتبة
ar sea: صياد سمك/|صياد/صيادة|سائق تاكسي/سائقة تاكسي|سائق حافلة/سائقة حافلة|سائق شاحنة/|سائق/سائقة|قبطان|بحار/|طيار/طيارة|ساعي بريد
ar kitchen: خباز/خبازة|طباخ/طباخة|نادل/نادلة|جزار/|حلواني/|صاحب مقهى/صاحبة مقهى|بائع شاي
ar law: محامي/محامية|محام|قاضي|قاض/قاضية|كاتب عدل
ar science: مهندس/مهندسة|عالم فيزياء/عالمة فيزياء|كيميائي/كيميائية|باحث/باحثة
ar software: مبرمج/مبرمجة|رائد أعمال/رائدة أعمال|مطور/مطورة
ar land: مزارع/مزارعة|فلاح/فلاحة|راعي غنم/راعية غنم|راعي|بستاني/|نحال/نحالة|بائع زهور/بائعة زهور
ar press: صحفي/صحفية|مترجم/مترجمة|محرر/محررة
ar faith: إمام/|قس/|كاهن/|/راهبة|مؤذن/
ar uniform: شرطي/شرطية|جندي/|ضابط/ضابطة|إطفائي/|حارس ليلي/|حارس/حارسة|محقق/محققة
ar school: طالب/طالبة|تلميذ/تلميذة
ar stage: رسام/رسامة|كاتب/كاتبة|روائي/روائية|موسيقي/موسيقية|ممثل/ممثلة|مغني/مغنية|شاعر/شاعرة|مصور/مصورة
ar money: محاسب/محاسبة|مصرفي/مصرفية|تاجر/تاجرة
ar shop: حلاق/حلاقة|بائع/بائعة|عامل نظافة/عاملة نظافة|/ربة منزل|سكرتير/سكرتيرة|بواب/|صاحب متجر/صاحبة متجر
ar building: نجار/|مهندس معماري/مهندسة معمارية|سباك/|كهربائي/|بناء/|ميكانيكي/|خياط/خياطة|إسكافي/|ساعاتي/|حداد/|عامل منجم/
ar politics: عمدة|دبلوماسي/دبلوماسية|ناشط/ناشطة|موظف حكومي/موظفة حكومية
ar idle: متقاعد/متقاعدة
el care: γιατρός|νοσοκόμος/νοσοκόμα|/μαία|φαρμακοποιός|κτηνίατρος
el teaching: δάσκαλος/δασκάλα|καθηγητής/καθηγήτρια|βιβλιοθηκάριος
el sea: ψαράς/|ναύτης/|καπετάνιος|ταξιτζής/|φαροφύλακας
el kitchen: φούρναρης/|μάγειρας/μαγείρισσα|σερβιτόρος/σερβιτόρα
el law: δικηγόρος|δικαστής
el press: δημοσιογράφος|μεταφραστής/μεταφράστρια
el school: φοιτητής/φοιτήτρια|μαθητής/μαθήτρια
el building: ξυλουργός|ράφτης/ράφτρα|αρχιτέκτονας|υδραυλικός|ηλεκτρολόγος
he care: רופא/רופאה|אח/אחות|רוקח/רוקחת|וטרינר/וטרינרית|עובד סוציאלי/עובדת סוציאלית
he teaching: מורה|ספרן/ספרנית|פרופסור
he sea: דייג/|נהג מונית/נהגת מונית|נהג אוטובוס/נהגת אוטובוס|נהג/נהגת|טייס/טייסת
he kitchen: אופה|טבח/טבחית|מלצר/מלצרית
he law: עורך דין/עורכת דין|שופט/שופטת
he science: מהנדס/מהנדסת|מדען/מדענית
he press: עיתונאי/עיתונאית|מתרגם/מתרגמת
he school: סטודנט/סטודנטית|תלמיד/תלמידה
he building: נגר/|שען/|אדריכל/אדריכלית|חייט/תופרת|חשמלאי/
hi care: नर्स|डॉक्टर|दाई|फार्मासिस्ट
hi teaching: शिक्षक/शिक्षिका|अध्यापक/अध्यापिका|प्रोफेसर
hi sea: मछुआरा/|टैक्सी चालक|बस चालक|रिक्शा चालक|ड्राइवर|डाकिया/
hi kitchen: रसोइया|हलवाई|चायवाला/|वेटर
hi law: वकील|जज|न्यायाधीश
hi science: इंजीनियर|वैज्ञानिक
hi land: किसान|माली|चरवाहा/
hi press: पत्रकार|अनुवादक|संपादक
hi uniform: पुलिस अधिकारी|पुलिसवाला/|सैनिक|चौकीदार
hi school: छात्र/छात्रा
hi stage: लेखक/लेखिका|गायक/गायिका|अभिनेता/अभिनेत्री|चित्रकार|कवि/कवयित्री
hi shop: दुकानदार|नाई/|गृहिणी
hi building: दर्जी|बढ़ई|राजमिस्त्री|लोहार|बिजली मिस्त्री|घड़ीसाज़
"""
FOREIGN: dict[str, dict[str, str]] = {}
FOREIGN_GENDERS: dict[str, dict[str, Gender]] = {}
for _line in _LINES.splitlines():
    _head, _, _titles = _line.partition(": ")
    _language, _, _trade = _head.partition(" ")
    for _title in _titles.split("|"):
        _he, _slash, _she = _title.partition("/")
        for _form, _gender in ((_he, "male"), (_she, "female")):
            if _form:
                FOREIGN.setdefault(_language, {}).setdefault(_form, _trade)
                if _slash:
                    FOREIGN_GENDERS.setdefault(_language, {}).setdefault(
                        _form, "male" if _gender == "male" else "female"
                    )
